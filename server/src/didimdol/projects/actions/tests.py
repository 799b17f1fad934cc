"""Witnessed tests: recorded by one party, signed by both."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import IO

from django.conf import settings

from didimdol.applications.filenames import plain_name
from didimdol.kernel import blobs, clock
from didimdol.kernel.access import Denied, require
from didimdol.kernel.action import action, audit, locked, save
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import Text, normal, text
from didimdol.people.queries import person_of
from didimdol.projects import gates
from didimdol.projects import milestone_rules as rules
from didimdol.projects.actions.holding import held, require_open
from didimdol.projects.actions.milestones import set_tests_aside
from didimdol.projects.models import Milestone, WitnessedTest
from didimdol.projects.rules import is_company, is_startup
from didimdol.projects.states.milestone import TEST
from didimdol.verification.evidence import criterion_label
from didimdol_decide.canonical import canonical_json


@action
def record_test(
    *,
    actor: Actor,
    milestone: Milestone,
    plan: str,
    stream: IO[bytes],
    filename: str,
    figures: Mapping[str, str],
    tested_on: date,
) -> WitnessedTest:
    """Write a test down: what was done, the raw log, one figure a criterion. It replaces one that was not signed by both.

    ``figures``: {criterion key: "8.2"}, in the criterion's unit. Raises AccessDenied, WrongState, BadInput.
    """
    milestone = held(milestone)
    by = require(rules.records_test(actor, milestone))
    require_open(milestone)
    if milestone.gate != "witnessed":
        raise BadInput("gate_is_a_run", *_RUN)
    plan = normal(plan.strip())
    wrong = _wrong(milestone, plan, figures, tested_on)
    if wrong:
        raise BadInput("test_incomplete", _INCOMPLETE, fields=wrong)
    try:
        log = blobs.store(stream, organisation=milestone.project.startup_id, most_bytes=settings.DIDIMDOL_UPLOAD_BYTES)
    except BadInput as problem:
        raise BadInput(problem.code, problem.message, problem.remedy, fields={"file": problem.message}) from problem
    set_tests_aside(milestone)
    stated = {c.key: str(gates.figure(figures[c.key])) for c in gates.criteria_of(milestone)}
    test = WitnessedTest(
        milestone=milestone,
        plan=plan,
        log=log,
        filename=plain_name(filename),
        figures=stated,
        sha256=_digest(plan, log.sha256, stated, tested_on),
        tested_on=tested_on,
    )
    TEST.enter(actor, test, by=by, facts={"sha256": test.sha256, "log": log.sha256, "tested_on": tested_on})
    return test


def _digest(plan: str, log_sha256: str, figures: Mapping[str, str], tested_on: date) -> str:
    """What both parties sign: SHA-256 over the canonical JSON of plan, log, figures and day together."""
    signed = {"plan": plan, "log_sha256": log_sha256, "figures": dict(figures), "tested_on": tested_on.isoformat()}
    return hashlib.sha256(canonical_json(signed)).hexdigest()


def _wrong(milestone: Milestone, plan: str, figures: Mapping[str, str], tested_on: date) -> dict[str, Text]:
    wrong: dict[str, Text] = {}
    if not plan:
        wrong["plan"] = text("시험 방법과 조건을 적어 주십시오.", "Say how, and under which conditions, it was tested.")
    today, begun = clock.today().date(), milestone.project.starts_on
    if tested_on > today:
        wrong["tested_on"] = text("시험일이 오늘보다 뒤입니다.", "The day of the test lies in the future.")
    elif begun is not None and tested_on < begun:
        wrong["tested_on"] = text(
            f"시험일이 협약 시작일({begun:%Y-%m-%d})보다 앞섭니다.",
            f"The test was before the agreement began ({begun:%Y-%m-%d}).",
        )
    known = {criterion.key: criterion for criterion in gates.criteria_of(milestone)}
    for key, criterion in known.items():
        number = gates.figure(figures.get(key, ""))
        if number is None or number < 0:
            wrong[f"figure_{key}"] = text(
                f"‘{criterion_label(criterion, 'ko')}’의 수치를 숫자로 적어 주십시오({criterion.unit}).",
                f"Give “{criterion_label(criterion, 'en')}” as a number ({criterion.unit}).",
            )
    if strangers := sorted(set(figures) - set(known)):
        wrong["figures"] = text(f"기준에 없는 수치입니다: {strangers[0]}", f"No criterion is called {strangers[0]}.")
    return wrong


@action
def sign_test(*, actor: Actor, test: WitnessedTest) -> WitnessedTest:
    """Sign for the party one belongs to: the startup or the demand company. Signed twice by one party is signed once.

    Raises AccessDenied, WrongState.
    """
    test = _held(test)
    milestone = test.milestone
    startup, company = is_startup(actor, milestone.project), is_company(actor, milestone.project)
    by = require(rules.signs_test(actor, test))
    if startup and company:
        # A person in both houses cannot witness for the other side.
        require(Denied("own_work"))
    field = "startup_signer" if startup else "company_signer"
    if getattr(test, f"{field}_id") is not None:
        audit("witnessed_test.signed_again", test, by=by, facts={"party": field})
        return test
    require_open(milestone)
    person = person_of(actor)
    setattr(test, field, person)
    facts = {"party": field.removesuffix("_signer"), "sha256": test.sha256}
    TEST.move("countersign" if test.state == "half_signed" else "sign", actor, test, facts=facts)
    save(test, field)
    TEST.tell_waits(test)
    return test


@action
def refuse_test(*, actor: Actor, test: WitnessedTest, reason: str) -> WitnessedTest:
    """Refuse to sign: the test does not count. Raises AccessDenied, WrongState, BadInput."""
    test = _held(test)
    if TEST.move("refuse", actor, test, reason=reason, facts={"sha256": test.sha256}):
        test.refused_reason = normal(reason.strip())
        save(test, "refused_reason")
    return test


def _held(test: WitnessedTest) -> WitnessedTest:
    milestone = held(test.milestone)
    test = locked(test)
    test.milestone = milestone
    return test


_RUN = (
    text("이 단계는 입회 시험이 아니라 모델 측정으로 판정합니다.", "This milestone is decided by a run of the model, not by a witnessed test."),
    text("모델을 제출하십시오.", "Hand in the model."),
)  # fmt: skip
_INCOMPLETE = text("시험 기록에 고칠 것이 있습니다.", "The record of the test needs mending.")
