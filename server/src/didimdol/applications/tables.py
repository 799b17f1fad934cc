"""The lists of applications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse

from didimdol.applications.models import Application
from didimdol.applications.queries import (
    draft_counts,
    open_challenges,
    own_applications,
    searched,
    standing_of,
    submitted_to,
    title_of,
)
from didimdol.applications.states import APPLICATION
from didimdol.design.parts import Badge, Column, Empty, Filter, Link, Table
from didimdol.kernel.actor import Actor
from didimdol.kernel.paging import page
from didimdol.kernel.words import pick, text
from didimdol.programmes.models import Challenge, Field

SORTS = {
    "number": ("number",),
    "-number": ("-number",),
    "submitted": ("submitted_at",),
    "-submitted": ("-submitted_at",),
}
PAGE = 50


def applications_table(
    actor: Actor, asked: Mapping[str, str], operated: list[Challenge], *, size: int = PAGE
) -> dict[str, Any]:
    """What came in to the operator's challenges. Filters: q, challenge, field, state. A constant number of queries."""
    words, slug = asked.get("q", "").strip(), asked.get("challenge", "")
    field, state, sort = asked.get("field", ""), asked.get("state", ""), asked.get("sort", "")
    rows = searched(submitted_to(actor), words)
    chosen = next((challenge for challenge in operated if challenge.slug == slug), None)
    if chosen is not None:
        rows = rows.filter(challenge=chosen)
    fields = list(Field.objects.within(challenge=chosen)) if chosen is not None else []
    if field in {entry.key for entry in fields}:
        rows = rows.filter(field__key=field)
    if state in ("submitted", "withdrawn"):
        rows = rows.filter(state=state)
    found = page(rows, order=SORTS.get(sort, ("-submitted_at",)), cursor=asked.get("after", ""), size=size)
    drafts = draft_counts([chosen] if chosen is not None else operated)
    filters = [
        Filter("q", pick(text("접수번호·과제명·기업명", "Number, title, startup")), words),
        Filter("challenge", pick(text("챌린지", "Challenge")), slug, [(c.slug, pick(c.name)) for c in operated]),
    ]
    if fields:
        filters.append(Filter("field", pick(text("분야", "Field")), field, [(f.key, pick(f.name)) for f in fields]))
    states = [(key, pick(APPLICATION.states[key].label)) for key in ("submitted", "withdrawn")]
    filters.append(Filter("state", pick(text("상태", "State")), state, states))
    table = Table(
        columns=[
            Column("number", pick(text("접수번호", "Number")), sort="number"),
            Column("title", pick(text("과제명 · 기업", "Title, startup"))),
            Column("field", pick(text("분야", "Field"))),
            Column("measured", pick(text("측정", "Measured")), number=True),
            Column("submitted", pick(text("접수 시각", "Received")), sort="submitted"),
            Column("state", pick(text("상태", "State"))),
        ],
        rows=[_row(entry) for entry in found.rows],
        caption=pick(text("접수된 신청", "Applications received")),
        sort=sort,
        filters=filters,
        empty=Empty(
            pick(text("접수된 신청이 없습니다.", "No application has been submitted.")),
            pick(text("제출된 신청만 여기에 보입니다.", "Only submitted applications show here.")),
        ),
        next=found.next_cursor or "",
    )
    return {"table": table, "drafts": sum(drafts.values()), "chosen": chosen}


def _row(entry: Application) -> dict[str, Any]:
    state = APPLICATION.state(entry)
    jobs, done = getattr(entry, "jobs", 0), getattr(entry, "jobs_done", 0)
    return {
        "number": entry.number,
        "title": Link(title_of(entry), entry.get_absolute_url(), pick(entry.startup.name)),
        "field": pick(entry.field.name) if entry.field else "",
        "measured": f"{done}/{jobs}" if jobs else ("0" if entry.awaits_device else "–"),
        "submitted": entry.submitted_at,
        "state": Badge(pick(state.label), state.kind),
    }


def export_rows(rows: Sequence[Application]) -> tuple[list[str], list[list[Any]]]:
    """For Excel, in the reader's language."""
    columns = [
        text("접수번호", "Number"),
        text("기업", "Startup"),
        text("사업자등록번호", "Business number"),
        text("분야", "Field"),
        text("과제명", "Title"),
        text("접수 시각", "Received"),
        text("상태", "State"),
        text("제출 내용 SHA-256", "Content SHA-256"),
    ]
    return [pick(column) for column in columns], [
        [
            entry.number,
            pick(entry.startup.name),
            entry.startup.business_number,
            pick(entry.field.name) if entry.field else "",
            title_of(entry),
            entry.submitted_at,
            pick(APPLICATION.state(entry).label),
            entry.content_digest,
        ]
        for entry in rows
    ]


def own_table(actor: Actor) -> dict[str, Any]:
    """One's own applications, and the open calls that one's startups have not applied to."""
    own = own_applications(actor)
    applied = {entry.challenge_id for entry in own if entry.state != "withdrawn"}
    rows = []
    for entry in own:
        label, kind = standing_of(entry, actor)
        rows.append(
            {
                "title": Link(title_of(entry), entry.get_absolute_url(), entry.number),
                "challenge": Link(
                    pick(entry.challenge.name), entry.challenge.get_absolute_url(), pick(entry.startup.name)
                ),
                "closes": entry.challenge.closes_at if entry.state == "draft" else entry.submitted_at,
                "state": Badge(pick(label), kind),
            }
        )
    table = Table(
        columns=[
            Column("title", pick(text("과제", "Application"))),
            Column("challenge", pick(text("챌린지", "Challenge"))),
            Column("closes", pick(text("마감 · 접수 시각", "Closes, or received"))),
            Column("state", pick(text("상태", "State"))),
        ],
        rows=rows,
        caption=pick(text("내 신청", "My applications")),
        empty=Empty(
            pick(text("아직 신청이 없습니다.", "There is no application yet.")),
            pick(text("접수 중인 챌린지를 골라 신청을 시작해 주십시오.", "Choose an open call and begin.")),
            pick(text("챌린지 보기", "See the challenges")),
            reverse("programmes:list"),
        ),
    )
    calls = [challenge for challenge in open_challenges(actor) if challenge.pk not in applied]
    return {"own": table, "calls": calls}
