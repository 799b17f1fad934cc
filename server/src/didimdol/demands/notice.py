"""What demands put on a challenge's pages."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from didimdol.demands import rules
from didimdol.demands.models import Demand
from didimdol.demands.queries import criteria_of, own_companies, published
from didimdol.kernel.actor import Actor
from didimdol.kernel.words import text
from didimdol.programmes.criteria import lines
from didimdol.programmes.models import Challenge
from didimdol.programmes.pages import PageLink, PageSection
from didimdol.programmes.rules import SEES_OPERATION, runs


def sections(actor: Actor, challenge: Challenge) -> Iterable[PageSection]:
    cards = [(demand, lines(criteria_of(demand))) for demand in published(challenge)]
    yield PageSection("demands", "demands/_notice.html", {"demand_cards": cards})


def links(actor: Actor, challenge: Challenge) -> Iterable[PageLink]:
    for company in own_companies(actor, challenge) if actor.grant(*rules.WRITERS) else []:
        if rules.may_create(actor, challenge, company):
            yield PageLink(
                "notice", text("수요 내기", "Write a demand"), reverse("demands:create", args=[challenge.slug])
            )
            break
    if runs(actor, challenge, *SEES_OPERATION):
        waiting = Demand.objects.within(challenge=challenge, state="proposed").count()
        yield PageLink(
            "manage",
            text("수요", "Demands"),
            f"{reverse('demands:list')}?challenge={challenge.slug}",
            text(f"승인 대기 {waiting}건", f"{waiting} to approve") if waiting else None,
        )
