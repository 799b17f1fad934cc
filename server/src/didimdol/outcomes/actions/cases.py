"""The decision on adoption, its clock, and the steps after it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import IO

from didimdol.kernel import clock
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, locked, notify, save
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.problems import BadInput, WrongState
from didimdol.kernel.words import Text, normal, text
from didimdol.outcomes import clock_words, enums, queries, rules
from didimdol.outcomes.actions.filing import file_evidence, one_of, told
from didimdol.outcomes.models import WAITING, AdoptionCase, Postponement
from didimdol.outcomes.states import ADOPTION, ADVANCES, DECIDES
from didimdol.people.enums import Role
from didimdol.people.models import Person
from didimdol.people.queries import persons_with
from didimdol.programmes.queries import rules_of
from didimdol.projects.models import Agreement, Project
from didimdol.records.opening import opened

#: a decision is put off to a day within this, however often
FARTHEST = timedelta(days=366)
REMIND_EVERY = timedelta(days=7)


@action
def open_case(*, actor: Actor, project: Project) -> AdoptionCase:
    """Begin the company's review when the agreement is signed; signed twice is opened once. By the system.

    The decision is due on the day that the agreement names, else so many days after the PoC as the rulebook says.
    """
    require(rules.by_system(actor))
    project = locked(project)
    known = AdoptionCase.objects.within(project=project).first()
    if known is not None:
        audit("adoption.opened_again", known)
        return known
    agreement = Agreement.objects.within(project=project).order_by("-version").first()
    due_on = _due_on(project, agreement)
    case = AdoptionCase(
        project=project,
        budget_owner_id=agreement.budget_owner_id if agreement else None,
        first_due_on=due_on,
        due_on=due_on,
    )
    ADOPTION.enter(SYSTEM, case, facts={"due_on": due_on})
    return case


def _due_on(project: Project, agreement: Agreement | None) -> date:
    if agreement is not None and agreement.decision_on is not None:
        return agreement.decision_on
    days = rules_of(project.challenge).outcomes.adoption_decision_days
    ends_on: date = project.ends_on or clock.today().date()
    return ends_on + timedelta(days=days)


@action
def decide_adoption(
    *,
    actor: Actor,
    case: AdoptionCase,
    decision: str,
    kind: str = "",
    reason_code: str = "",
    reason: str = "",
    until: date | None = None,
    stream: IO[bytes] | None = None,
    filename: str = "",
) -> AdoptionCase:
    """The budget owner decides: adopted (``kind``), follow_on (decided anew by ``until``), or declined (``reason_code``
    and ``reason``). A file may show it.

    Raises AccessDenied, BadInput, WrongState.
    """
    one_of(decision, enums.DECISIONS, "decision")
    case = locked(case)
    facts: dict[str, object] = {}
    changed = ["decided_at", "decided_by"]
    if decision == "adopted":
        facts["kind"] = one_of(kind, enums.KINDS, "kind")
        case.kind = kind
        changed.append("kind")
    if decision == "declined":
        facts["reason_code"] = one_of(reason_code, enums.REASONS, "reason_code")
        case.reason_code, case.reason = reason_code, told(reason)
        changed += ["reason_code", "reason"]
    if decision == "follow_on":
        case.due_on = _next_decision(case, until)
        facts["due_on"] = case.due_on
        changed.append("due_on")
    if not ADOPTION.move(DECIDES[decision], actor, case, reason=normal(reason.strip()), facts=facts):
        return case
    assert actor.person is not None  # a budget owner is a person
    case.decided_at, case.decided_by_id = clock.now(), actor.person
    save(case, *changed)
    if stream is not None:
        company = case.project.company_id
        file_evidence(case, "decision", person=actor.person, organisation=company, stream=stream, filename=filename)
    _tell_startup(case, _DECIDED[decision])
    return case


def _next_decision(case: AdoptionCase, until: date | None) -> date:
    """A follow-on PoC does not stop the clock: it is decided again, by default after as long as the rulebook allows."""
    today = clock.today().date()
    if until is None:
        return today + timedelta(days=rules_of(case.project.challenge).outcomes.adoption_decision_days)
    return _coming(until, today)


def _coming(until: date, after: date) -> date:
    today = clock.today().date()
    if not max(after, today) < until <= today + FARTHEST:
        latest = clock_words.day_words(today + FARTHEST)
        earliest = clock_words.day_words(max(after, today))
        message = text(
            f"{earliest['ko']}보다 뒤이고 {latest['ko']}까지인 날을 적어 주십시오.",
            f"Choose a day after {earliest['en']} and not beyond {latest['en']}.",
        )
        raise BadInput("bad_decision_day", message, fields={"until": message})
    return until


@action
def postpone_decision(*, actor: Actor, case: AdoptionCase, until: date, reason: str) -> AdoptionCase:
    """Put the decision off, with a reason. How often it was, and from when to when, stays in sight of everybody in it."""
    case = locked(case)
    by = require(rules.may_decide(actor, case))
    if case.state not in WAITING:
        raise WrongState("already_decided", *_DECIDED_ALREADY, state=case.state)
    reason = told(reason)
    before, case.due_on = case.due_on, _coming(until, case.due_on)
    case.postponed += 1
    assert actor.person is not None
    save(Postponement(case=case, before=before, until=until, reason=reason, by_id=actor.person))
    save(case, "due_on", "postponed")
    facts = {"before": before, "until": until, "times": case.postponed}
    audit("adoption.postponed", case, by=by, facts=facts, personal={"reason": reason})
    ADOPTION.tell_waits(case)
    day = clock_words.day_words(until)
    _tell_startup(
        case,
        text(
            f"도입 결정이 {day['ko']}로 미뤄졌습니다 ({case.postponed}번째)",
            f"The adoption decision is put off to {day['en']} (time {case.postponed})",
        ),
    )
    return case


@action
def hand_over_case(*, actor: Actor, case: AdoptionCase, person: Person) -> AdoptionCase:
    """Somebody else of the company decides from now on. ``person`` holds the role of budget owner there."""
    case = locked(case)
    by = require(rules.may_hand_over(actor, case))
    if case.state in ("declined", "closed", "revenue_confirmed"):
        raise WrongState("already_decided", *_DECIDED_ALREADY, state=case.state)
    if person.pk not in {owner.pk for owner in queries.possible_owners(case)}:
        message = text(
            "이 기업의 사업부 책임자 가운데 고르십시오. 없으면 먼저 초대해 주십시오.",
            "Choose a budget owner of this company. If there is none, invite them first.",
        )
        raise BadInput("not_a_budget_owner", message, fields={"person": message})
    case.budget_owner = person
    save(case, "budget_owner")
    audit("adoption.handed_over", case, by=by, facts={"person": person.pk})
    ADOPTION.tell_waits(case)
    notify(
        [person.pk],
        subject=text(
            f"도입 결정을 맡으셨습니다 · {case.project.number}", f"You decide on adoption · {case.project.number}"
        ),
        body=text("과제의 결과를 보고 도입 여부를 결정해 주십시오.", "See what the project achieved, and decide."),
        url=case.get_absolute_url(),
    )
    return case


@action
def advance_case(
    *,
    actor: Actor,
    case: AdoptionCase,
    to: str,
    stream: IO[bytes] | None = None,
    filename: str = "",
) -> AdoptionCase:
    """The next step after adoption: contracted and shipped with their evidence; revenue_confirmed once a sale is.

    By the company or the operator. Raises AccessDenied, BadInput, WrongState.
    """
    one_of(to, {key: enums.STEPS[key] for key in ADVANCES}, "to")
    case = locked(case)
    by = require(rules.may_advance(actor, case))
    if stream is None and to != "revenue_confirmed" and case.state != to:
        raise BadInput("evidence_required", _EVIDENCE, fields={"file": _EVIDENCE})
    if ADOPTION.move(ADVANCES[to], actor, case) and stream is not None:
        assert actor.person is not None
        organisation = by.organisation if by and by.organisation else case.project.company_id
        file_evidence(case, to, person=actor.person, organisation=organisation, stream=stream, filename=filename)
    return case


@action
def close_case(*, actor: Actor, case: AdoptionCase, reason: str) -> AdoptionCase:
    """The PoC was stopped or given up before a decision: nobody owes one any more. By the system."""
    case = locked(case)
    ADOPTION.move("close", actor, case, reason=reason)
    return case


@action
def remind_case(*, actor: Actor, case: AdoptionCase) -> AdoptionCase:
    """Remind of a decision that is due within a week or overdue: the budget owner; when overdue the company's lead and
    the operator's managers too. Never more often than weekly. By the system."""
    require(rules.by_system(actor))
    case = locked(case)
    today = clock.today().date()
    recent = case.reminded_at is not None and case.reminded_at > clock.now() - REMIND_EVERY
    if case.state not in WAITING or recent or case.due_on > today + REMIND_EVERY:
        audit("adoption.reminder_skipped", case)
        return case
    late = case.days_overdue(today)
    project = case.project
    people = queries.deciders(case)
    if late:
        people += persons_with(Role.DEMAND_LEAD, organisation=project.company_id, challenge=project.challenge_id)
        operator = project.challenge.programme.operator_id
        people += persons_with(Role.MANAGER, organisation=operator, challenge=project.challenge_id)
    case.reminded_at = clock.now()
    save(case, "reminded_at")
    audit("adoption.reminded", case, facts={"days_overdue": late, "persons": len({person.pk for person in people})})
    waiting = clock_words.standing(case, today)
    day = clock_words.day_words(case.due_on)
    notify(
        [person.pk for person in people],
        subject=text(
            f"도입 결정: {waiting['ko']} · {project.number}", f"Adoption decision: {waiting['en']} · {project.number}"
        ),
        body=text(
            f"결정일은 {day['ko']}입니다. 도입하지 않는 결정도 창업기업에는 답입니다. 더 필요하면 사유를 적고 미룰 수 있습니다.",
            f"It is due on {day['en']}. A refusal is an answer too. If more time is needed, put it off with a reason.",
        ),
        url=case.get_absolute_url(),
    )
    return case


@action
def log_export(*, actor: Actor, rows: int, reason: str) -> None:
    """Somebody takes their list of adoption cases out of the system (안전성 확보조치 기준: with its reason)."""
    require(rules.may_export(actor))
    reason = told(reason)
    audit("adoption.list_exported", facts={"rows": rows}, personal={"reason": reason})
    opened(actor, "export: adoption", purpose=reason)


def _tell_startup(case: AdoptionCase, what: Text) -> None:
    project = case.project
    people = persons_with(*rules.STARTUP, organisation=project.startup_id, challenge=project.challenge_id)
    notify(
        [person.pk for person in people],
        subject=text(f"{what['ko']} · {project.number}", f"{what['en']} · {project.number}"),
        body=text("도입 화면에서 내용을 확인하십시오.", "See the page of the adoption."),
        url=case.get_absolute_url(),
    )


_DECIDED: dict[str, Text] = {
    "adopted": text("도입이 결정되었습니다", "The company adopts"),
    "follow_on": text("후속 PoC가 결정되었습니다", "The company decided on a follow-on PoC"),
    "declined": text("도입하지 않기로 결정되었습니다", "The company does not adopt"),
}
_DECIDED_ALREADY = (
    text("이미 결정된 건입니다.", "This case is decided already."),
    text("도입 화면에서 지금 상태를 확인해 주십시오.", "See its state on its page."),
)
_EVIDENCE = text("계약서나 출시를 보이는 증빙을 올려 주십시오.", "Upload the evidence of the contract or the shipment.")
