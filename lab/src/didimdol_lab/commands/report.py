"""`didimdol-lab report`: genuine evidence for people and for build servers."""

from __future__ import annotations

import argparse

from .common import INCONCLUSIVE, OK, REFUSED, Speaker, WrongUse, write
from .verify import verified


def run(arguments: argparse.Namespace, say: Speaker) -> int:
    """Pages of genuine evidence only."""
    from ..evidence.rendering import html, junit

    report = verified(arguments)
    if not report.genuine:
        for check in report.checks:
            if not check.ok:
                say.problem(f"✗ {check.message['ko']}", f"✗ {check.message['en']}")
        return REFUSED
    if not arguments.html and not arguments.junit:
        raise WrongUse(
            "--html이나 --junit으로 쓸 파일을 주십시오.", "Say what to write: --html FILE or --junit FILE."
        )
    if arguments.html:
        write(arguments.html, html(report, arguments.lang).encode())
    if arguments.junit:
        write(arguments.junit, junit(report, arguments.lang).encode())
    return {"fail": REFUSED, "inconclusive": INCONCLUSIVE}.get(report.verdict, OK)
