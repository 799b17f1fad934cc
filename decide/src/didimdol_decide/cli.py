"""The command `didimdol-decide`: decide, explain and check without the server.

Exit codes: 0 done or genuine, 1 infeasible or not genuine, 2 wrong use (no such file, not JSON, ...); as
of any program, 130 when stopped by Ctrl-C and 141 when nobody reads the output any more.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext

from didimdol_decide import __version__
from didimdol_decide.commands import COMMANDS
from didimdol_decide.commands.files import WrongUse, check_outputs
from didimdol_decide.commands.usage import Parser
from didimdol_decide.plain import Text
from didimdol_decide.progress import Progress

INTERRUPTED, NOBODY_READS = 130, 141
STOPPED = Text(
    ko="멈추었습니다. 쓰다 만 파일은 남지 않았습니다.", en="Stopped. No half-written file was left behind."
)
TOO_DEEP = Text(ko="파일의 내용이 너무 깊이 겹쳐 있습니다.", en="The file is nested too deeply.")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = Parser(
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
    Parser.given = sys.argv[1:] if argv is None else argv
    arguments = parser().parse_args(argv)
    try:
        code = _ran(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough (`| head`). Nothing is left to say, not even on the way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOBODY_READS
    except KeyboardInterrupt:
        _say(STOPPED, arguments.lang)
        return INTERRUPTED
    return code


def _ran(arguments: argparse.Namespace) -> int:
    shows = arguments.progress or sys.stderr.isatty()
    try:
        check_outputs(vars(arguments))
        with Progress(sys.stderr, arguments.lang) if shows else nullcontext():
            return int(arguments.run(arguments))
    except WrongUse as error:
        _say(error.text, arguments.lang)
    except RecursionError:
        _say(TOO_DEEP, arguments.lang)
    return 2


def _say(text: Text, language: str) -> None:
    print(text.in_language(language), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
