"""Reads of money. A demand company, a sponsor, a rival never reach a row here: 404."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Sum

from didimdol.funding import rules
from didimdol.funding.accounts import COMMITTED, FUND, PAID, RECEIVABLE
from didimdol.funding.models import AccountCheck, BankAccount, Budget, Commitment, Disbursement
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import Invisible
from didimdol.kernel.rows import ScopedQuerySet
from didimdol.ledger.queries import balances_by_owner
from didimdol.people.enums import Role
from didimdol.people.models import Organisation, Person
from didimdol.people.queries import persons_with
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import access_challenge
from didimdol.projects.models import Milestone, Project

RELATED = ("challenge__programme__operator", "challenge__rulebook", "field", "startup", "company")


# --- one thing -----------------------------------------------------------------------------------------------------


def projects_visible_to(actor: Actor) -> ScopedQuerySet[Project]:
    """Projects whose money the actor sees."""
    return Project.objects.visible(rules.money_seen(actor)).select_related(*RELATED)


def access_money(actor: Actor, id: UUID) -> Project:
    """A project, for who sees its money. Raises Invisible."""
    found = projects_visible_to(actor).filter(pk=id).first()
    if found is None:
        raise Invisible("project money", id)
    return found


def access_paid_milestone(actor: Actor, id: UUID) -> Milestone:
    """A milestone of a project whose money the actor sees. Raises Invisible."""
    found = Milestone.objects.visible(rules.money_seen(actor, "project__"), pk=id)
    milestone = found.select_related(*(f"project__{name}" for name in RELATED)).first()
    if milestone is None:
        raise Invisible("milestone", id)
    return milestone


def access_budget(actor: Actor, id: UUID) -> Budget:
    found = Budget.objects.visible(rules.money_seen(actor, "project__"), pk=id)
    budget = found.select_related(*(f"project__{name}" for name in RELATED)).first()
    if budget is None:
        raise Invisible("budget", id)
    return budget


def payments_visible_to(actor: Actor) -> ScopedQuerySet[Disbursement]:
    related = (f"project__{name}" for name in RELATED)
    return Disbursement.objects.visible(rules.money_seen(actor, "project__")).select_related(
        "milestone", "account", "requested_by", "approved_by", "released_by", *related
    )


def access_disbursement(actor: Actor, id: UUID) -> Disbursement:
    found = payments_visible_to(actor).filter(pk=id).first()
    if found is None:
        raise Invisible("payment", id)
    return found


def access_account(actor: Actor, id: UUID) -> BankAccount:
    """The account of one's own startup, or of one that one's operator pays. Raises Invisible."""
    account = BankAccount.objects.visible(pk=id).select_related("startup", "registered_by").first()
    if account is None or not _knows_startup(actor, account.startup_id):
        raise Invisible("account", id)
    return account


def access_own_startup(actor: Actor, id: UUID) -> Organisation:
    """One's own startup, to say where it is paid. Raises Invisible."""
    if id not in actor.organisations(*rules.STARTUP):
        raise Invisible("startup", id)
    found = Organisation.objects.visible(pk=id).first()
    if found is None:
        raise Invisible("startup", id)
    return found


def access_books(actor: Actor, slug: str) -> Challenge:
    """The challenge, for who reads its books. Raises Invisible: to others its money does not exist."""
    challenge = access_challenge(actor, slug)
    if not rules.may_read_challenge(actor, challenge):
        raise Invisible("books", slug)
    return challenge


def _knows_startup(actor: Actor, startup: UUID) -> bool:
    if startup in actor.organisations(*rules.STARTUP):
        return True
    return Project.objects.visible(rules.money_seen(actor), startup=startup).exists()


# --- how money stands ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Totals:
    """Won. ``promised``: by signed agreements. ``left``: promised and neither paid nor given back."""

    promised: int = 0
    paid: int = 0
    left: int = 0
    asked: int = 0
    to_settle: int = 0


def totals_of(projects: Collection[Project]) -> dict[UUID, Totals]:
    """Of many projects, in three queries."""
    ids = [project.pk for project in projects]
    if not ids:
        return {}
    books = balances_by_owner(challenges={project.challenge_id for project in projects}, owners=ids)
    promised = dict(Commitment.objects.within(project__in=ids).values_list("project", "amount"))
    asked = dict(
        Disbursement.objects.within(project__in=ids, state__in=("requested", "approved", "held"))
        .order_by()
        .values_list("project")
        .annotate(sum=Sum("amount"))
    )
    return {
        id: Totals(
            promised=promised.get(id, 0),
            paid=books.get(id, {}).get(PAID, 0),
            left=books.get(id, {}).get(COMMITTED, 0),
            asked=asked.get(id, 0),
            to_settle=books.get(id, {}).get(RECEIVABLE, 0),
        )
        for id in ids
    }


def totals_of_challenge(challenge: Challenge) -> tuple[Totals, int]:
    """All projects together, and what was drawn from the operator's fund."""
    books = balances_by_owner(challenges=[challenge.pk])
    drawn = -books.pop(challenge.programme.operator_id, {}).get(FUND, 0)
    sums = {code: sum(found.get(code, 0) for found in books.values()) for code in (COMMITTED, PAID, RECEIVABLE)}
    promised = Commitment.objects.within(challenge=challenge).aggregate(sum=Sum("amount"))["sum"] or 0
    waiting = Disbursement.objects.within(project__challenge=challenge, state__in=("requested", "approved", "held"))
    asked = waiting.aggregate(sum=Sum("amount"))["sum"] or 0
    return Totals(promised, sums[PAID], sums[COMMITTED], asked, sums[RECEIVABLE]), drawn


def budget_in_work(project: Project) -> Budget | None:
    """The newest version: a draft, submitted, returned, or the one in force."""
    return Budget.objects.within(project=project).prefetch_related("lines").order_by("-version").first()


def budget_in_force(project: Project) -> Budget | None:
    return Budget.objects.within(project=project, state="approved").prefetch_related("lines").first()


def checked_by(account: BankAccount, operator: UUID) -> AccountCheck | None:
    return AccountCheck.objects.within(account=account, operator=operator).select_related("by").first()


def payments_of(project: Project) -> dict[UUID, Disbursement]:
    """Milestone → its live payment, else the newest cancelled one."""
    found: dict[UUID, Disbursement] = {}
    for payment in Disbursement.objects.within(project=project).select_related("account").order_by("created_at", "pk"):
        if found.get(payment.milestone_id) is None or found[payment.milestone_id].state == "cancelled":
            found[payment.milestone_id] = payment
    return found


def releasers(payment: Disbursement) -> list[Person]:
    """Who may release an approved payment: the operator's managers but for who approved it."""
    challenge = payment.project.challenge
    held = persons_with(Role.MANAGER, organisation=challenge.programme.operator_id, challenge=challenge.pk)
    return [person for person in held if person.pk not in (payment.approved_by_id, payment.requested_by_id)]


def challenges_with_money(actor: Actor) -> list[Challenge]:
    """Challenges with a committed grant whose books the actor reads, newest first."""
    found = Project.objects.visible(rules.money_seen(actor), commitment__isnull=False).values("challenge")
    rows = Challenge.objects.visible(pk__in=found).select_related("programme__operator")
    return [c for c in rows.order_by("-created_at", "pk")[:100] if rules.may_read_challenge(actor, c)]
