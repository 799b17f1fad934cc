"""What applications put on a challenge's pages: the way in, or on; and for the operator what came in."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from didimdol.applications import rules
from didimdol.applications.models import Application
from didimdol.kernel.actor import Actor
from didimdol.kernel.words import text
from didimdol.programmes.models import Challenge
from didimdol.programmes.pages import PageLink
from didimdol.programmes.queries import phase
from didimdol.programmes.rules import runs


def links(actor: Actor, challenge: Challenge) -> Iterable[PageLink]:
    own = _own(actor, challenge)
    if own is not None:
        label = (
            text("신청서 이어 쓰기", "Go on with the application")
            if own.state == "draft"
            else text("내 신청", "My application")
        )
        yield PageLink("apply", label, own.get_absolute_url())
    elif phase(challenge) == "open" and (actor.person is None or actor.grant(*rules.WRITERS) or not actor.grants):
        # Whoever works for the call in another role is not asked to apply; a visitor signs in on the way.
        yield PageLink("apply", text("신청하기", "Apply"), reverse("applications:start", args=[challenge.slug]))
    if runs(actor, challenge, *rules.OPERATES):
        came = Application.objects.within(challenge=challenge, state="submitted").count()
        yield PageLink(
            "manage",
            text("신청", "Applications"),
            f"{reverse('applications:list')}?challenge={challenge.slug}",
            text(f"접수 {came}건", f"{came} received"),
        )


def _own(actor: Actor, challenge: Challenge) -> Application | None:
    mine = {g.organisation for g in actor.grants if g.role in rules.WRITERS and g.challenge in (None, challenge.pk)}
    if not mine:
        return None
    rows = Application.objects.within(challenge=challenge, startup__in=mine).exclude(state="withdrawn")
    return rows.order_by("created_at").first()
