"""A link on the operator's page of a challenge, once it was rehearsed."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from didimdol.kernel.actor import Actor
from didimdol.kernel.words import text
from didimdol.programmes.models import Challenge
from didimdol.programmes.pages import PageLink
from didimdol.rehearsal.queries import reports_visible_to


def links(actor: Actor, challenge: Challenge) -> Iterable[PageLink]:
    found = reports_visible_to(actor).filter(key=challenge.slug).order_by("-created_at").first()
    if found is not None:
        yield PageLink(
            "manage",
            text("모의 운영 보고서", "Rehearsal report"),
            reverse("rehearsal:report", args=[found.pk]),
        )
