"""What every page of a project shares: its head and its tabs."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from didimdol.design.parts import Tab
from didimdol.kernel.actor import Actor
from didimdol.kernel.words import pick, text
from didimdol.projects import pages, rules
from didimdol.projects.models import Project
from didimdol.projects.states.project import PROJECT


def frame_of(actor: Actor, project: Project, current: str) -> dict[str, Any]:
    """``current``: project, plan, agreement, support, contributions; or the address of a later room's page."""
    return {
        "project": project,
        "challenge": project.challenge,
        "state": PROJECT.state(project),
        "tabs": tabs(actor, project, current),
        "crumbs": [
            {"label": text("PoC 과제", "PoC projects"), "url": reverse("projects:list")},
            {"label": project.number, "url": project.get_absolute_url() if current != "project" else ""},
        ],
    }


def tabs(actor: Actor, project: Project, current: str) -> list[Tab]:
    party = bool(rules.may_read(actor, project))
    shown = [("support", text("지원", "Support"))]
    if party:
        shown = [
            ("project", text("과제", "Project")),
            ("plan", text("수정사업계획서", "Plan")),
            ("agreement", text("협약", "Agreement")),
            *shown,
            ("checks", text("점검", "Checks")),
        ]
    if rules.may_read_money(actor, project):
        shown.append(("contributions", text("자기부담금", "Own contribution")))
    own = [
        Tab(pick(label), reverse(f"projects:{name}", args=[project.pk]), name == current) for name, label in shown
    ]  # fmt: skip
    return own + [
        Tab(pick(link.label), link.url, link.url == current) for link in (pages.links(actor, project) if party else ())
    ]
