"""The subcommands, one module each: `HELP`, `add_arguments(parser)` and `run(arguments) -> exit code`.

`--json` and `--lang` come with every command. `run` imports what is heavy.
"""

from __future__ import annotations

from typing import Any

from didimdol_decide.commands import audit, recompute, verify_assignment

COMMANDS: dict[str, Any] = {
    "audit": audit,
    "recompute": recompute,
    "verify-assignment": verify_assignment,
}
