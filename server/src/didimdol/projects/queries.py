"""Reads of projects. Pages fetch only through ``access_…``, which raise Invisible."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, Sum

from didimdol.kernel.access import Access, Allowed, Denied
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import Absent, Invisible
from didimdol.kernel.rows import ScopedQuerySet
from didimdol.people.queries import hash_of
from didimdol.projects import rules
from didimdol.projects.models import Agreement, OwnContribution, Plan, Project, Signature, SigningLink, SupportItem

RELATED = ("challenge__programme__operator", "challenge__rulebook", "field", "demand", "startup", "company", "place")


def projects_visible_to(actor: Actor) -> ScopedQuerySet[Project]:
    return Project.objects.visible(rules.projects_seen(actor)).select_related(*RELATED)


def access_project(actor: Actor, id: UUID) -> Project:
    found = projects_visible_to(actor).filter(pk=id).first()
    if found is None:
        raise Invisible("project", id)
    return found


def supported_visible_to(actor: Actor) -> ScopedQuerySet[Project]:
    """Projects whose support the actor sees: their own, and as sponsor those of the sponsored challenges."""
    found = Project.objects.visible(Q(pk__in=Project.objects.visible(rules.support_seen(actor)).values("pk")))
    return found.select_related(*RELATED)


def access_supported(actor: Actor, id: UUID) -> Project:
    # Who the sponsors are is asked for every item of the page.
    found = supported_visible_to(actor).prefetch_related("challenge__parties").filter(pk=id).first()
    if found is None:
        raise Invisible("project", id)
    return found


# --- plan and agreement --------------------------------------------------------------------------------------------


def plan_of(project: Project) -> Plan | None:
    """The newest plan."""
    return project.plans.order_by("-version").first()


def approved_plan(project: Project) -> Plan | None:
    return project.plans.filter(state="approved").order_by("-version").first()


def agreement_of(project: Project) -> Agreement | None:
    """The newest agreement, in whatever state."""
    return project.agreements.select_related("plan", "budget_owner", "pdf").order_by("-version").first()


def access_plan(actor: Actor, id: UUID) -> Plan:
    found = Plan.objects.visible(project__in=Project.objects.visible(rules.projects_seen(actor)), pk=id)
    plan = found.select_related(*(f"project__{name}" for name in RELATED)).first()
    if plan is None:
        raise Invisible("plan", id)
    return plan


def access_agreement(actor: Actor, id: UUID) -> Agreement:
    found = Agreement.objects.visible(project__in=Project.objects.visible(rules.projects_seen(actor)), pk=id)
    related = (f"project__{name}" for name in RELATED)
    agreement = found.select_related("plan", "budget_owner", "pdf", *related).first()
    if agreement is None:
        raise Invisible("agreement", id)
    return agreement


def access_signature(actor: Actor, id: UUID) -> Signature:
    seen = Project.objects.visible(rules.projects_seen(actor))
    found = Signature.objects.visible(agreement__project__in=seen, pk=id)
    signature = found.select_related("agreement__project", "blob").first()
    if signature is None or signature.blob_id is None:
        raise Invisible("signature", id)
    return signature


def access_link(actor: Actor, id: UUID) -> SigningLink:
    seen = Project.objects.visible(rules.projects_seen(actor))
    found = SigningLink.objects.visible(agreement__project__in=seen, pk=id)
    related = (f"agreement__project__{name}" for name in RELATED)
    link = found.select_related(*related).first()
    if link is None:
        raise Invisible("signing link", id)
    return link


def link_by_secret(secret: str) -> SigningLink:
    """The link of a mailed address, in whatever state. Raises Absent for a secret that was never given out."""
    found = SigningLink.objects.within(secret_hash=hash_of(secret))
    related = (f"agreement__project__{name}" for name in RELATED)
    link = found.select_related("agreement__plan", "agreement__pdf", "agreement__budget_owner", *related).first()
    if link is None:
        raise Absent("signing link")
    return link


# --- support and own contribution ----------------------------------------------------------------------------------


def access_support_item(actor: Actor, id: UUID) -> SupportItem:
    found = SupportItem.objects.visible(project__in=Project.objects.visible(rules.support_seen(actor)), pk=id)
    item = found.select_related("provider", *(f"project__{name}" for name in RELATED)).first()
    if item is None:
        raise Invisible("support item", id)
    return item


def access_contribution(actor: Actor, id: UUID) -> OwnContribution:
    """The startup's own and the operator's: the demand company does not see how the startup pays its share."""
    found = OwnContribution.objects.visible(project__in=Project.objects.visible(rules.projects_seen(actor)), pk=id)
    contribution = found.select_related("evidence", *(f"project__{name}" for name in RELATED)).first()
    if contribution is None or not rules.may_read_money(actor, contribution.project):
        raise Invisible("contribution", id)
    return contribution


def contribution_confirmed(project: Project) -> dict[str, int]:
    """Won that the operator confirmed, by kind."""
    confirmed = project.contributions.filter(confirmed_at__isnull=False).values("kind").annotate(won=Sum("amount"))
    return {"cash": 0, "in_kind": 0, **{row["kind"]: row["won"] for row in confirmed}}


def contribution_complete(project: Project) -> Access:
    """Is all that the approved plan promises of the startup's own there? (통합관리지침 §49⑦: own money goes first)"""
    plan = approved_plan(project)
    if plan is None:
        return Allowed
    given = contribution_confirmed(project)
    cash, in_kind = max(0, plan.own_cash - given["cash"]), max(0, plan.own_in_kind - given["in_kind"])
    return Denied("contribution_missing", cash=f"{cash:,}", in_kind=f"{in_kind:,}") if cash or in_kind else Allowed
