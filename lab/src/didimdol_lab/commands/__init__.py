"""One module a command: what it does and what it prints. `cli.py` holds the parser."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from . import agent, check, compare, generate, measure, report, verify
from .common import Speaker

RUN: dict[str, Callable[[argparse.Namespace, Speaker], int]] = {
    "agent": agent.run,
    "check": check.run,
    "compare": compare.run,
    "generate": generate.run,
    "measure": measure.run,
    "report": report.run,
    "verify": verify.run,
}
"""Name of the command -> the function that does it and returns the exit code."""
