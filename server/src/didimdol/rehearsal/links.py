"""Links on the operator's page of a challenge: what its panels promise, and its rehearsal once there was one."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from didimdol.kernel.actor import Actor
from didimdol.kernel.words import text
from didimdol.programmes.models import Challenge
from didimdol.programmes.pages import PageLink
from didimdol.rehearsal.queries import reports_visible_to


def links(actor: Actor, challenge: Challenge) -> Iterable[PageLink]:
    yield PageLink(
        "manage",
        text("위원 수와 운", "Evaluators and luck"),
        reverse("rehearsal:evaluators", args=[challenge.slug]),
        text(
            "위원이 몇 명이어야 순서가 운이 아닌지 추정합니다.",
            "How many evaluators, until the order is no longer luck.",
        ),
    )
    found = reports_visible_to(actor).filter(key=challenge.slug).order_by("-created_at").first()
    if found is not None:
        yield PageLink(
            "manage",
            text("모의 운영 보고서", "Rehearsal report"),
            reverse("rehearsal:report", args=[found.pk]),
        )
