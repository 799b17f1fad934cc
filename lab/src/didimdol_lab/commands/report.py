"""`didimdol-lab report`: genuine evidence for people and for build servers."""

from __future__ import annotations

import argparse

from ..refusals import refuse
from .common import INCONCLUSIVE, OK, REFUSED, Speaker, WrongUse, show_refusal, write
from .verify import verified


def run(arguments: argparse.Namespace, say: Speaker) -> int:
    """Pages of genuine evidence only."""
    from ..evidence.rendering import html, junit

    if not (arguments.html or arguments.pdf or arguments.junit):
        raise WrongUse(
            "--html, --pdf, --junit 가운데 쓸 파일을 주십시오.",
            "Say what to write: --html FILE, --pdf FILE or --junit FILE.",
        )
    report = verified(arguments)
    if not report.genuine:
        for check in report.checks:
            if not check.ok:
                say.problem(f"✗ {check.message['ko']}", f"✗ {check.message['en']}")
        return REFUSED
    if arguments.pdf:
        from ..evidence.pdf import pdf

        try:
            content = pdf(report, arguments.lang)
        except ImportError:
            return show_refusal(refuse("pdf_missing").refusal, say, as_json=False)
        write(arguments.pdf, content)
    if arguments.html:
        write(arguments.html, html(report, arguments.lang).encode())
    if arguments.junit:
        write(arguments.junit, junit(report, arguments.lang).encode())
    return {"fail": REFUSED, "inconclusive": INCONCLUSIVE}.get(report.verdict, OK)
