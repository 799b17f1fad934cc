"""`didimdol-lab verify`: is an evidence file genuine?"""

from __future__ import annotations

import argparse
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING

from .common import OK, REFUSED, Speaker, WrongUse, opened, print_json

if TYPE_CHECKING:
    from ..evidence import Report


def run(arguments: argparse.Namespace, say: Speaker) -> int:
    from ..evidence.names import runtime_name
    from ..evidence.words import ASSURANCES, VERDICTS, signers, warnings

    report = verified(arguments)
    if arguments.json:
        print_json(report.as_json())
        return OK if report.genuine else REFUSED
    for check in report.checks:
        mark = "✓" if check.ok else "✗"
        say(f"{mark} {check.message['ko']}", f"{mark} {check.message['en']}")
    if report.measurement is None:
        say("진본이 아닙니다.", "Not genuine.")
        return REFUSED
    say(f"모델 {report.measurement.model_sha256}", f"Model {report.measurement.model_sha256}")
    runtime = runtime_name(report.measurement.runtime)
    say(f"런타임: {runtime['ko']}", f"Runtime: {runtime['en']}")
    said = (VERDICTS[report.verdict], signers(report), ASSURANCES.get(report.assurance))
    for words in (*said, *warnings(report.measurement)):
        if words is not None:
            say(words["ko"], words["en"])
    for result in report.results:
        key, verdict = result.criterion.key, result.verdict.value
        say(f"  {key}: {verdict} · {result.reason['ko']}", f"  {key}: {verdict} · {result.reason['en']}")
    say(
        "진본입니다." if report.genuine else "진본이 아닙니다.",
        "Genuine." if report.genuine else "Not genuine.",
    )
    return OK if report.genuine else REFUSED


def verified(arguments: argparse.Namespace) -> Report:
    """The report of the evidence file that the command names. Raises WrongUse."""
    from ..evidence import MOST_BYTES, KeyFile, read_known, verify

    try:
        known = read_known(Path(arguments.keys)) if arguments.keys else None
    except KeyFile as problem:
        raise WrongUse(problem.ko, problem.en) from None
    model = None
    if arguments.model:
        with opened(arguments.model) as file:
            model = file_digest(file, "sha256").hexdigest()
    with opened(arguments.evidence) as file:
        content = file.read(MOST_BYTES + 1)  # one more than may be: enough to be refused for its size
    return verify(content, known=known, model_sha256=model)
