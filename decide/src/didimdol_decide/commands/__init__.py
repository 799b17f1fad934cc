"""The subcommands, one module each: `HELP`, `add_arguments(parser)` and `run(arguments) -> exit code`.

`--json` and `--lang` come with every command. `run` imports what is heavy.
"""

from __future__ import annotations

from typing import Any

from didimdol_decide.commands import (
    affinity,
    assign,
    audit,
    draw,
    explain,
    how_sure,
    match,
    recompute,
    schedule,
    schema,
    score,
    show,
    verify_assignment,
    what_if,
)

COMMANDS: dict[str, Any] = {
    "affinity": affinity,
    "assign": assign,
    "explain": explain,
    "what-if": what_if,
    "draw": draw,
    "score": score,
    "how-sure": how_sure,
    "match": match,
    "schedule": schedule,
    "audit": audit,
    "recompute": recompute,
    "show": show,
    "schema": schema,
    "verify-assignment": verify_assignment,
}
