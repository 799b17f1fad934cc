"""The command `didimdol-decide`: decide, explain and check without the server.

Exit codes: 0 done or genuine, 1 infeasible or not genuine, 2 wrong use (no such file, not JSON, ...).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import nullcontext

from didimdol_decide import __version__
from didimdol_decide.commands import COMMANDS
from didimdol_decide.commands.common import WrongUse
from didimdol_decide.progress import Progress


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(
        prog="didimdol-decide",
        description="선정·배정 기록을 서버 없이 검증합니다. Checks sealed decisions without the server.",
    )
    top.add_argument("--version", action="version", version=f"didimdol-decide {__version__}")
    commands = top.add_subparsers(dest="command", required=True)
    for name, module in COMMANDS.items():
        command = commands.add_parser(name, help=module.HELP, description=module.HELP)
        module.add_arguments(command)
        command.add_argument("--json", action="store_true", help="JSON 출력 / machine-readable output")
        command.add_argument("--lang", choices=("ko", "en"), default="ko")
        command.add_argument(
            "--progress",
            action="store_true",
            help="터미널이 아니어도 진행을 표시 / show progress where standard error is no terminal, too",
        )
        command.set_defaults(run=module.run)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    arguments = parser().parse_args(argv)
    shows = arguments.progress or sys.stderr.isatty()
    try:
        with Progress(sys.stderr, arguments.lang) if shows else nullcontext():
            code = arguments.run(arguments)
    except WrongUse as error:
        print(error.text.in_language(arguments.lang), file=sys.stderr)
        return 2
    except RecursionError:
        print("not a record: nested too deeply", file=sys.stderr)
        return 2
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
