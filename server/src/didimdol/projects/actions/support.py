"""Support in kind with its hours, and the startup's own contribution."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import IO, Any

from didimdol.applications.filenames import plain_name
from didimdol.kernel import blobs, clock
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, locked, notify, save
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import BadInput, WrongState
from didimdol.kernel.words import Text, normal, text
from didimdol.people.models import Organisation
from didimdol.people.queries import person_of
from didimdol.projects import rules
from didimdol.projects.actions.opening import managers_of, startup_people
from didimdol.projects.enums import CONTRIBUTIONS, SUPPORT
from didimdol.projects.models import OwnContribution, Project, SupportHours, SupportItem

MOST_EVIDENCE = 30_000_000
MOST_HOURS = 10_000


@action
def promise_support(
    *,
    actor: Actor,
    project: Project,
    kind: str,
    description: str,
    hours: int = 0,
    due_on: date | None = None,
    provider: Organisation | None = None,
) -> SupportItem:
    """Promise support in kind: people with hours, data, a device. ``provider`` None: the actor's own organisation, or
    the demand company where the operator writes it down. Raises AccessDenied, BadInput."""
    project = locked(project)
    by = require(rules.may_promise_support(actor, project))
    description = normal(description.strip())
    wrong: dict[str, Text] = {}
    if kind not in SUPPORT:
        wrong["kind"] = text("지원의 종류를 고르십시오.", "Choose the kind of support.")
    if not description:
        wrong["description"] = text("무엇을 지원하는지 적어 주십시오.", "Say what is given.")
    if not 0 <= hours <= MOST_HOURS:
        wrong["hours"] = text(f"시간은 0에서 {MOST_HOURS:,} 사이입니다.", f"Hours are between 0 and {MOST_HOURS:,}.")
    if kind == "people" and not hours:
        wrong["hours"] = text("인력 지원은 시간을 적어 주십시오.", "Of people, say how many hours.")
    giver = _provider(actor, project, provider)
    if giver is None:
        wrong["provider"] = text(
            "수요기업이나 기술 후원사만 지원을 제공합니다.", "Support comes from the demand company or the sponsor."
        )
    if wrong:
        raise BadInput("support_incomplete", _INCOMPLETE, fields=wrong)
    item = SupportItem(
        project=project, kind=kind, description=description[:300], provider_id=giver, hours=hours, due_on=due_on
    )
    save(item)
    audit("support.promised", item, by=by, facts={"kind": kind, "hours": hours, "provider": str(giver)})
    return item


def _provider(actor: Actor, project: Project, named: Organisation | None) -> Any:
    sponsors = {p.organisation_id for p in project.challenge.parties.filter(part="technology_sponsor")}
    own = rules.is_sponsor(actor, project)
    if named is not None:
        allowed = {project.company_id, *sponsors} if rules.runs(actor, project) else _own(actor, project)
        return named.pk if named.pk in allowed else None
    return own.by.organisation if own and own.by else project.company_id


def _own(actor: Actor, project: Project) -> set[Any]:
    company = {project.company_id} if rules.is_company(actor, project) else set()
    sponsor = rules.is_sponsor(actor, project)
    return company | ({sponsor.by.organisation} if sponsor and sponsor.by else set())


@action
def log_support_hours(
    *, actor: Actor, item: SupportItem, on: date, hours: Decimal | int | str, note: str = ""
) -> SupportHours:
    """Write down hours that people spent. Raises AccessDenied, BadInput."""
    item = locked(item)
    by = require(rules.may_log_hours(actor, item))
    spent = Decimal(str(hours))
    wrong: dict[str, Text] = {}
    if not spent.is_finite() or not Decimal("0.1") <= spent <= 500 or spent != spent.quantize(Decimal("0.1")):
        wrong["hours"] = text("0.1시간 단위로 500시간까지 적습니다.", "Between 0.1 and 500 hours, one decimal.")
    if on > clock.today().date():
        wrong["on"] = text("앞으로의 날짜는 적을 수 없습니다.", "The day has not come yet.")
    if wrong:
        raise BadInput("hours_invalid", _INCOMPLETE, fields=wrong)
    row = SupportHours(item=item, on=on, hours=spent, note=normal(note.strip())[:300], by=person_of(actor))
    save(row)
    audit("support.hours_logged", item, by=by, facts={"on": str(on), "hours": str(spent)})
    return row


@action
def receive_support(*, actor: Actor, item: SupportItem) -> SupportItem:
    """The startup says that it is there. Said twice is said once. Raises AccessDenied."""
    item = locked(item)
    by = require(rules.may_receive_support(actor, item))
    if item.received_on is not None:
        audit("support.received_again", item, by=by)
        return item
    item.received_on = clock.today().date()
    save(item, "received_on")
    audit("support.received", item, by=by, facts={"kind": item.kind})
    return item


@action
def give_contribution(
    *,
    actor: Actor,
    project: Project,
    kind: str,
    amount: int,
    note: str = "",
    stream: IO[bytes] | None = None,
    filename: str = "",
) -> OwnContribution:
    """The startup's own money or things, with evidence; the operator confirms. Raises AccessDenied, BadInput."""
    project = locked(project)
    by = require(rules.may_contribute(actor, project))
    wrong: dict[str, Text] = {}
    if kind not in CONTRIBUTIONS:
        wrong["kind"] = text("현금인지 현물인지 고르십시오.", "Choose cash or in kind.")
    if not 0 < amount <= 10**12:
        wrong["amount"] = text("금액은 1원 이상의 정수입니다.", "The amount is a whole number of won above zero.")
    if wrong:
        raise BadInput("contribution_invalid", _INCOMPLETE, fields=wrong)
    evidence = (
        blobs.store(stream, organisation=project.startup_id, most_bytes=MOST_EVIDENCE) if stream is not None else None
    )
    contribution = OwnContribution(
        project=project,
        kind=kind,
        amount=amount,
        note=normal(note.strip())[:300],
        evidence=evidence,
        filename=plain_name(filename) if evidence else "",
        given_by=person_of(actor),
    )
    save(contribution)
    audit("contribution.given", contribution, by=by, facts={"kind": kind, "amount": amount})
    notify(
        managers_of(project),
        subject=text(
            f"자기부담금을 확인해 주십시오 · {project.number}", f"Confirm an own contribution · {project.number}"
        ),
        body=text(
            "증빙을 보고 확인하거나 사유를 적어 돌려보내 주십시오.", "Look at the evidence and confirm or refuse it."
        ),
        url=f"{project.get_absolute_url()}contributions/",
    )
    return contribution


@action
def confirm_contribution(*, actor: Actor, contribution: OwnContribution) -> OwnContribution:
    """The operator saw the evidence. Raises AccessDenied (own work), WrongState where it was refused."""
    contribution = locked(contribution)
    by = require(rules.may_confirm_contribution(actor, contribution))
    if contribution.refused_reason:
        raise WrongState("contribution_settled", *_SETTLED)
    if contribution.confirmed_at is not None:
        audit("contribution.confirmed_again", contribution, by=by)
        return contribution
    contribution.confirmed_by, contribution.confirmed_at = person_of(actor), clock.now()
    save(contribution, "confirmed_by", "confirmed_at")
    audit("contribution.confirmed", contribution, by=by, facts={"amount": contribution.amount})
    return contribution


@action
def refuse_contribution(*, actor: Actor, contribution: OwnContribution, reason: str) -> OwnContribution:
    """Not counted, with the reason; the startup may give it again. Raises AccessDenied, WrongState, BadInput."""
    contribution = locked(contribution)
    by = require(rules.may_confirm_contribution(actor, contribution))
    reason = normal(reason.strip())
    if not reason:
        raise BadInput("reason_required", _REASON, fields={"reason": _REASON})
    if contribution.confirmed_at is not None or contribution.refused_reason:
        raise WrongState("contribution_settled", *_SETTLED)
    contribution.refused_reason = reason[:300]
    save(contribution, "refused_reason")
    audit("contribution.refused", contribution, by=by, personal={"reason": reason})
    notify(
        startup_people(contribution.project),
        subject=text(
            f"자기부담금이 인정되지 않았습니다 · {contribution.project.number}",
            f"An own contribution was refused · {contribution.project.number}",
        ),
        body=text(reason, reason),
        url=f"{contribution.project.get_absolute_url()}contributions/",
    )
    return contribution


_INCOMPLETE = text("입력한 내용에 고칠 것이 있습니다.", "What was entered needs mending.")
_REASON = text("사유를 적어 주십시오.", "Please give the reason.")
_SETTLED = (
    text("이미 확인하거나 돌려보낸 자기부담금입니다.", "This contribution was settled already."),
    text("새로 낸 자기부담금으로 다시 확인해 주십시오.", "Let the startup give it again."),
)
