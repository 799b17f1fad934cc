"""Introductions to customers and partners, and what came of them."""

from __future__ import annotations

from datetime import date

from didimdol.kernel import clock
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, locked, notify, save
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import normal, text
from didimdol.outcomes import enums, rules
from didimdol.outcomes.actions.filing import one_of
from didimdol.outcomes.models import AdoptionCase, Introduction
from didimdol.people.models import Organisation
from didimdol.people.queries import persons_with


@action
def record_introduction(
    *,
    actor: Actor,
    case: AdoptionCase,
    to_name: str,
    country: str,
    kind: str,
    introduced_on: date | None = None,
    note: str = "",
) -> Introduction:
    """The sponsor of the challenge or the project's company brought the startup together with ``to_name``.

    Raises AccessDenied, BadInput.
    """
    case = locked(case)
    by = require(rules.may_introduce(actor, case))
    one_of(country, enums.COUNTRIES, "country")
    one_of(kind, enums.INTRODUCTION_KINDS, "kind")
    introduced_on = introduced_on or clock.today().date()
    if introduced_on > clock.today().date():
        message = text("앞으로 있을 소개는 적을 수 없습니다.", "An introduction of the future cannot be recorded.")
        raise BadInput("bad_day", message, fields={"introduced_on": message})
    if not to_name.strip():
        message = text("누구에게 소개했는지 적어 주십시오.", "Say to whom.")
        raise BadInput("name_required", message, fields={"to_name": message})
    assert actor.person is not None and by is not None and by.organisation is not None
    introduction = Introduction(
        case=case,
        organisation=Organisation.objects.within(pk=by.organisation).get(),
        to_name=normal(to_name.strip())[:200],
        country=country,
        kind=kind,
        introduced_on=introduced_on,
        note=normal(note.strip())[:300],
        made_by_id=actor.person,
    )
    save(introduction)
    audit("outcomes_introduction.made", introduction, by=by, facts={"country": country, "kind": kind})
    project = case.project
    people = persons_with(*rules.STARTUP, organisation=project.startup_id, challenge=project.challenge_id)
    notify(
        [person.pk for person in people],
        subject=text(f"새 소개가 있습니다 · {project.number}", f"You were introduced · {project.number}"),
        body=text(f"{introduction.to_name}에 소개되었습니다.", f"You were introduced to {introduction.to_name}."),
        url=introduction.get_absolute_url(),
    )
    return introduction


@action
def report_introduction_result(
    *, actor: Actor, introduction: Introduction, result: str, note: str = ""
) -> Introduction:
    """What came of it: by who introduced, or by the startup. It may be told again when it goes on."""
    introduction = locked(introduction)
    by = require(rules.may_report_result(actor, introduction))
    one_of(result, enums.RESULTS, "result")
    before, introduction.result = introduction.result, result
    introduction.result_at = clock.now()
    if note.strip():
        introduction.note = normal(note.strip())[:300]
    save(introduction, "result", "result_at", "note")
    audit("outcomes_introduction.told", introduction, by=by, facts={"from": before, "to": result})
    return introduction
