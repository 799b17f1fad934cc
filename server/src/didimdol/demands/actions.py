"""Writes of demands."""

from __future__ import annotations

from typing import IO

from django.conf import settings

from didimdol.demands import rules
from didimdol.demands.content import COLUMNS, Content, columns_of
from didimdol.demands.dataset import MOST_BYTES, check_dataset, check_task
from didimdol.demands.models import Demand
from didimdol.demands.signals import demand_withdrawn
from didimdol.demands.states import DEMAND
from didimdol.kernel import blobs, clock
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, check_version, locked, notify, save
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import text
from didimdol.people.enums import Role
from didimdol.people.models import Organisation
from didimdol.people.queries import persons_with
from didimdol.programmes.models import Challenge, Field, Party
from didimdol.programmes.ports import applicants_of


@action
def create_demand(
    *, actor: Actor, challenge: Challenge, field: Field, company: Organisation, content: Content
) -> Demand:
    """Begin a demand in ``field`` for ``company``. Raises AccessDenied, BadInput."""
    by = require(rules.may_create(actor, challenge, company))
    _check_place(challenge, field, company)
    _check_budget_owner(challenge, company, content)
    demand = Demand(
        challenge=challenge, field=field, company=company, written_by_id=actor.person, **columns_of(content)
    )
    DEMAND.enter(actor, demand, by=by, facts={"field": field.key, "company": str(company.id)})
    return demand


@action
def save_demand(
    *, actor: Actor, demand: Demand, content: Content, field: Field | None = None, version: int | None = None
) -> Demand:
    """Change the content of a draft. Raises AccessDenied, Stale, BadInput."""
    demand = locked(demand)
    by = require(rules.may_edit(actor, demand))
    check_version(demand, version)
    _check_budget_owner(demand.challenge, demand.company, content)
    _check_task(demand, content)
    if field is not None:
        _check_place(demand.challenge, field, demand.company)
        demand.field = field
    before = {name: getattr(demand, name) for name in COLUMNS}
    for name, value in columns_of(content).items():
        setattr(demand, name, value)
    demand.written_by_id = actor.person
    save(demand, *COLUMNS, "field", "written_by")
    changed = [name for name in COLUMNS if before[name] != getattr(demand, name)]
    audit("demand.saved", demand, by=by, facts={"changed": changed})
    DEMAND.tell_waits(demand)
    return demand


@action
def set_dataset(*, actor: Actor, demand: Demand, stream: IO[bytes], filename: str = "") -> Demand:
    """Give the data set (.npz) by which quality is measured; sealed from startups. It fits the demand's task.

    Raises AccessDenied, BadInput.
    """
    demand = locked(demand)
    by = require(rules.may_edit(actor, demand))
    arrays = check_dataset(stream)
    check_task(arrays, demand.dataset_task)
    blob = blobs.store(
        stream, organisation=demand.company_id, most_bytes=min(MOST_BYTES, settings.DIDIMDOL_UPLOAD_BYTES)
    )
    demand.dataset = blob
    save(demand, "dataset")
    audit(
        "demand.dataset_set",
        demand,
        by=by,
        facts={
            "sha256": blob.sha256,
            "size": blob.size,
            "task": demand.dataset_task,
            "arrays": [{"name": a.name, "dtype": a.dtype, "shape": list(a.shape)} for a in arrays],
        },
    )
    return demand


@action
def remove_dataset(*, actor: Actor, demand: Demand) -> Demand:
    """Take the data set out again, before the demand is proposed. Raises AccessDenied."""
    demand = locked(demand)
    by = require(rules.may_edit(actor, demand))
    demand.dataset = None
    save(demand, "dataset")
    audit("demand.dataset_removed", demand, by=by)
    return demand


@action
def propose_demand(*, actor: Actor, demand: Demand) -> Demand:
    """Hand a complete demand to the operator. Raises AccessDenied (also for what it still lacks), WrongState."""
    demand = locked(demand)
    DEMAND.move("propose", actor, demand)
    return demand


@action
def publish_demand(*, actor: Actor, demand: Demand) -> Demand:
    """Approve and publish. The approver is never the writer. Raises AccessDenied, WrongState."""
    demand = locked(demand)
    made = DEMAND.move("publish", actor, demand)
    if made:
        demand.published_at = clock.now()
        save(demand, "published_at")
        _tell_company(
            demand,
            "수요가 승인되었습니다",
            "The demand was approved",
            "공고에 공개됩니다.",
            "It stands with the notice now.",
        )
    return demand


@action
def return_demand(*, actor: Actor, demand: Demand, reason: str) -> Demand:
    """Ask the company to mend it, saying what. Raises AccessDenied, WrongState, BadInput (no reason)."""
    demand = locked(demand)
    if DEMAND.move("send_back", actor, demand, reason=reason):
        _tell_company(demand, "수요 보완 요청", "The demand was returned", reason, reason)
    return demand


@action
def withdraw_demand(*, actor: Actor, demand: Demand, reason: str) -> Demand:
    """Take it back, with the reason. Applicants are told when it was public. Raises AccessDenied, WrongState, BadInput."""
    demand = locked(demand)
    made = DEMAND.move("withdraw", actor, demand, reason=reason)
    if made:
        demand_withdrawn.send(Demand, demand=demand, actor=actor)
    if made and demand.published_at:
        title = demand.title
        notify(
            applicants_of.ask(demand.challenge),
            subject=text(f"수요 철회: {title['ko']}", f"Demand withdrawn: {title.get('en') or title['ko']}"),
            body=text(
                f"수요기업이 수요 ‘{title['ko']}’을(를) 철회했습니다. 사유: {reason}",
                f"The demand “{title.get('en') or title['ko']}” was withdrawn. Reason: {reason}",
            ),
            url=demand.get_absolute_url(),
        )
    return demand


def _tell_company(demand: Demand, ko: str, en: str, body_ko: str, body_en: str) -> None:
    writers = persons_with(*rules.WRITERS, organisation=demand.company_id, challenge=demand.challenge_id)
    title = demand.title
    notify(
        [person.id for person in writers],
        subject=text(f"{ko}: {title['ko']}", f"{en}: {title.get('en') or title['ko']}"),
        body=text(body_ko, body_en),
        url=demand.get_absolute_url(),
    )


def _check_place(challenge: Challenge, field: Field, company: Organisation) -> None:
    """The field is of this challenge, and the company takes part in it (is the field's, where the field has one)."""
    wrong = text("이 분야에 수요를 낼 수 없습니다.", "This field cannot take the demand.")
    if field.challenge_id != challenge.id or field.retired:
        raise BadInput(
            "demand_field", wrong, text("다른 분야를 골라 주십시오.", "Choose another field."), fields={"field": wrong}
        )
    if field.demand_company_id is not None and field.demand_company_id != company.id:
        other = text("다른 수요기업의 분야입니다.", "This field belongs to another demand company.")
        raise BadInput(
            "demand_field",
            other,
            text("귀사의 분야를 골라 주십시오.", "Choose your own field."),
            fields={"field": other},
        )
    takes_part = Party.objects.within(challenge=challenge, organisation=company, part="demand_company").exists()
    if field.demand_company_id is None and not takes_part:
        stranger = text("이 챌린지의 수요기업이 아닙니다.", "The company is no demand company of this challenge.")
        raise BadInput("demand_company", stranger, fields={"company": stranger})


def _check_task(demand: Demand, content: Content) -> None:
    """A data set was checked for its task when it came in: another task needs another look at it."""
    if demand.dataset_id is not None and content.dataset_task != demand.dataset_task:
        message = text(
            "올려 둔 데이터 세트의 과제는 바꿀 수 없습니다.",
            "The task cannot change while a data set of the former one is there.",
        )
        remedy = text(
            "데이터 세트를 뺀 다음 과제를 바꾸고 다시 올려 주십시오.",
            "Remove the data set, change the task, then upload it again.",
        )
        raise BadInput("demand_task", message, remedy, fields={"dataset_task": message})


def _check_budget_owner(challenge: Challenge, company: Organisation, content: Content) -> None:
    if content.budget_owner is None:
        return
    owners = persons_with(Role.BUDGET_OWNER, organisation=company.id, challenge=challenge.id)
    if content.budget_owner.id not in {person.id for person in owners}:
        message = text(
            "사업부 책임자는 귀사에서 그 역할을 맡은 사람이어야 합니다.",
            "The budget owner must be a person with that role in your company.",
        )
        remedy = text("조직 화면에서 먼저 역할을 주십시오.", "Give the role on the organisation's page first.")
        raise BadInput("demand_budget_owner", message, remedy, fields={"budget_owner": message})
