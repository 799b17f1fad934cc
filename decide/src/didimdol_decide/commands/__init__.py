"""The subcommands, one module each: `HELP`, `add_arguments(parser)` and `run(arguments) -> exit code`.

`--json` and `--lang` come with every command. `run` imports what is heavy.
"""

from __future__ import annotations

from typing import Any

from didimdol_decide.commands import how_sure, recompute, score, verify_assignment

COMMANDS: dict[str, Any] = {
    "how-sure": how_sure,
    "recompute": recompute,
    "score": score,
    "verify-assignment": verify_assignment,
}
