"""Lists of projects, and the Excel file of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from didimdol.design.parts import Badge, Column, Empty, Filter, Link, Money, Table
from didimdol.design.texts import in_seoul
from didimdol.kernel import clock
from didimdol.kernel.access import require
from didimdol.kernel.actor import Actor
from didimdol.kernel.paging import page
from didimdol.kernel.words import pick, text
from didimdol.programmes.models import Challenge
from didimdol.projects import rules
from didimdol.projects.actions.exporting import export_projects
from didimdol.projects.enums import GRADES
from didimdol.projects.forms import ReasonForm
from didimdol.projects.models import Project
from didimdol.projects.queries import projects_visible_to, supported_visible_to
from didimdol.projects.states.project import PROJECT
from didimdol.records.exporting import ExportView
from didimdol.records.spreadsheet import workbook

PAGE = 50


def _asked(rows: QuerySet[Project], asked: Mapping[str, str]) -> QuerySet[Project]:
    if words := asked.get("q", "").strip():
        found = Q(number__icontains=words)
        for name in ("startup__name", "company__name", "demand__title"):
            found |= Q(**{f"{name}__ko__icontains": words}) | Q(**{f"{name}__en__icontains": words})
        rows = rows.filter(found)
    if slug := asked.get("challenge", ""):
        rows = rows.filter(challenge__slug=slug)
    if (state := asked.get("state", "")) in PROJECT.states:
        rows = rows.filter(state=state)
    return rows


def project_table(actor: Actor, asked: Mapping[str, str], *, size: int = PAGE) -> Table:
    """Filters: q (number, startup, company, demand), challenge, state. Constant number of queries."""
    sort = asked.get("sort", "")
    order = (sort,) if sort in ("number", "-number") else ("-created_at",)
    found = page(_asked(projects_visible_to(actor), asked), order=order, cursor=asked.get("after", ""), size=size)
    return Table(
        columns=[
            Column("number", pick(text("과제", "Project")), sort="number", head=True),
            Column("startup", pick(text("창업기업", "Startup"))),
            Column("company", pick(text("수요기업", "Demand company"))),
            Column("grant", pick(text("정부지원금", "Grant")), number=True),
            Column("ends", pick(text("종료일", "Ends"))),
            Column("state", pick(text("상태", "State"))),
        ],
        rows=[_row(project, project.get_absolute_url()) for project in found.rows],
        caption=pick(text("PoC 과제", "PoC projects")),
        show_caption=False,
        sort=sort,
        filters=_filters(actor, asked),
        empty=Empty(
            pick(text("과제가 없습니다.", "No project yet.")),
            pick(
                text(
                    "매칭 결과가 공개되면 과제가 열립니다.",
                    "A project opens once its match is released.",
                )
            ),
        ),
        next=found.next_cursor or "",
    )


def _filters(actor: Actor, asked: Mapping[str, str]) -> list[Filter]:
    seen = projects_visible_to(actor).order_by().values("challenge")
    challenges = Challenge.objects.visible(pk__in=seen).order_by("-created_at")[:100]
    return [
        Filter("q", pick(text("과제·기업", "Project or company")), asked.get("q", "").strip()),
        Filter(
            "challenge",
            pick(text("챌린지", "Challenge")),
            asked.get("challenge", ""),
            [(c.slug, pick(c.name)) for c in challenges],
        ),
        Filter(
            "state",
            pick(text("상태", "State")),
            asked.get("state", ""),
            [(state.key, pick(state.label)) for state in PROJECT.states.values()],
        ),
    ]


def _row(project: Project, url: str) -> dict[str, Any]:
    state = PROJECT.state(project)
    return {
        "number": Link(project.number, url, pick(project.demand.title)),
        "startup": pick(project.startup.name),
        "company": pick(project.company.name),
        "grant": Money(project.grant, "KRW") if project.grant else None,
        "ends": project.ends_on,
        "state": Badge(pick(state.label), state.kind),
    }


def supported_table(actor: Actor, asked: Mapping[str, str], *, size: int = PAGE) -> Table:
    """For a sponsor: whom it supports. No money, no plan."""
    found = page(supported_visible_to(actor), order=("-created_at",), cursor=asked.get("supported", ""), size=size)
    return Table(
        columns=[
            Column("number", pick(text("과제", "Project")), head=True),
            Column("startup", pick(text("창업기업", "Startup"))),
            Column("company", pick(text("수요기업", "Demand company"))),
            Column("state", pick(text("상태", "State"))),
        ],
        rows=[
            {
                name: value
                for name, value in _row(project, reverse("projects:support", args=[project.pk])).items()
                if name in ("number", "startup", "company", "state")
            }
            for project in found.rows
        ],
        caption=pick(text("지원하는 과제", "Projects you support")),
        empty=Empty(pick(text("지원하는 과제가 없습니다.", "No project to support yet.")), ""),
        next=found.next_cursor or "",
        cursor_param="supported",
    )


class ExportProjects(ExportView):
    """The list of projects."""

    form = ReasonForm

    def reached(self, **kwargs: object) -> None:
        require(rules.may_export(self.request.actor))

    def back(self, row: None) -> str:
        return reverse("projects:list")

    def made(self, row: None) -> tuple[bytes, str, int]:
        rows = list(_asked(projects_visible_to(self.request.actor), self.request.GET).order_by("number"))
        return _file(rows), f"projects_{in_seoul(clock.now()):%Y%m%d_%H%M}.xlsx", len(rows)

    def log(self, row: None, *, rows: int, reason: str) -> None:
        export_projects(actor=self.request.actor, rows=rows, reason=reason)


def _file(rows: list[Project]) -> bytes:
    heads = (
        text("과제번호", "Number"), text("챌린지", "Challenge"), text("분야", "Field"), text("수요", "Demand"),
        text("창업기업", "Startup"), text("수요기업", "Demand company"), text("상태", "State"),
        text("시작일", "Starts"), text("종료일", "Ends"), text("정부지원금(원)", "Grant (won)"), text("등급", "Grade"),
    )  # fmt: skip
    return workbook(
        pick(text("과제", "Projects")),
        [pick(head) for head in heads],
        [
            (
                p.number, pick(p.challenge.name), pick(p.field.name), pick(p.demand.title), pick(p.startup.name),
                pick(p.company.name), pick(PROJECT.state(p).label), p.starts_on, p.ends_on, p.grant,
                pick(GRADES.get(p.grade)),
            )
            for p in rows
        ],
    )  # fmt: skip
