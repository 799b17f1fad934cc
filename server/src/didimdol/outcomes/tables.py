"""Lists of the outcomes, as tables and as Excel rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from didimdol.design.parts import Badge, Column, Empty, Filter, Link, Table
from didimdol.design.texts import day_text
from didimdol.kernel.actor import Actor
from didimdol.kernel.paging import page
from didimdol.kernel.rows import ScopedQuerySet
from didimdol.kernel.words import Text, pick, text
from didimdol.outcomes import enums, queries, rules
from didimdol.outcomes.amounts import sums, sums_text
from didimdol.outcomes.clock_words import standing
from didimdol.outcomes.models import AdoptionCase, Introduction, Sale
from didimdol.outcomes.states import ADOPTED, ADOPTION

SIZE = 50


def filtered(actor: Actor, asked: Mapping[str, str]) -> ScopedQuerySet[AdoptionCase]:
    """The actor's cases that meet the filters of the list."""
    found = queries.cases_visible_to(actor)
    if words := asked.get("q", "").strip():
        names = Q(project__number__icontains=words)
        for path in ("startup__name", "company__name", "demand__title"):
            for lang in ("ko", "en"):
                names |= Q(**{f"project__{path}__{lang}__icontains": words})
        found = found.filter(names)
    if slug := asked.get("challenge", ""):
        found = found.filter(project__challenge__slug=slug)
    if state := asked.get("state", ""):
        found = found.filter(queries.overdue()) if state == "overdue" else found.filter(state=state)
    return found


def cases_table(actor: Actor, asked: Mapping[str, str]) -> Table:
    rows = page(filtered(actor, asked), order=queries.OVERDUE_FIRST, cursor=asked.get("after", ""), size=SIZE)
    states = [("overdue", pick(text("답 없음(기한 지남)", "Overdue")))]
    states += [(key, pick(state.label)) for key, state in ADOPTION.states.items()]
    return Table(
        columns=[
            Column("project", pick(text("과제", "Project")), head=True),
            Column("startup", pick(text("창업기업", "Startup"))),
            Column("company", pick(text("수요기업", "Demand company"))),
            Column("state", pick(text("상태", "State"))),
            Column("due", pick(text("결정일", "Due"))),
            Column("clock", pick(text("답", "Answer"))),
            Column("postponed", pick(text("연기", "Put off")), number=True),
        ],
        rows=[_case_row(case) for case in rows.rows],
        caption=pick(text("도입 검토", "Adoption cases")),
        show_caption=False,
        filters=[
            Filter("q", pick(text("과제·기업", "Project, company")), asked.get("q", "").strip()),
            Filter("state", pick(text("상태", "State")), asked.get("state", ""), states),
        ],
        empty=Empty(
            pick(text("도입 검토가 없습니다.", "No adoption case here.")),
            pick(
                text(
                    "협약을 모두 서명하면 도입 검토가 시작됩니다.",
                    "A case opens when all parties have signed an agreement.",
                )
            ),
        ),
        next=rows.next_cursor or "",
    )


def clock_badge(case: AdoptionCase) -> Badge | str:
    words = pick(standing(case))
    if not words:
        return "–"
    return Badge(words, "bad") if case.days_overdue() else words


def _case_row(case: AdoptionCase) -> dict[str, Any]:
    project, state = case.project, ADOPTION.state(case)
    return {
        "project": Link(project.number, case.get_absolute_url(), pick(project.demand.title)),
        "startup": pick(project.startup.name),
        "company": pick(project.company.name),
        "state": Badge(pick(state.label), state.kind),
        "due": day_text(case.due_on),  # with its year: the clock may run for more than one
        "clock": clock_badge(case),
        "postponed": case.postponed or "–",
    }


def case_counts(actor: Actor) -> dict[str, int]:
    """The figures above the list: all, overdue, adopted."""
    cases = queries.cases_visible_to(actor)
    return {
        "all": cases.count(),
        "overdue": cases.filter(queries.overdue()).count(),
        "adopted": cases.filter(state__in=ADOPTED).count(),
    }


def export_rows(cases: Iterable[AdoptionCase]) -> tuple[list[str], list[list[Any]]]:
    listed = list(cases)
    head: list[Text] = [
        text("과제", "Project"), text("창업기업", "Startup"), text("수요기업", "Demand company"), text("분야", "Field"),
        text("상태", "State"), text("도입 형태", "How"), text("처음 결정일", "Due at first"), text("결정일", "Due"),
        text("연기 횟수", "Times put off"), text("지난 일수", "Days overdue"), text("결정", "Decided"),
        text("미도입 사유", "Reason of refusal"), text("확인된 매출", "Confirmed sales"),
    ]  # fmt: skip
    sold = _sold([case.pk for case in listed])
    rows = [
        [
            case.project.number, pick(case.project.startup.name), pick(case.project.company.name),
            pick(case.project.field.name), pick(ADOPTION.state(case).label), pick(enums.KINDS.get(case.kind)),
            case.first_due_on, case.due_on, case.postponed, case.days_overdue(), case.decided_at,
            pick(enums.REASONS.get(case.reason_code)), sums_text(sold.get(case.pk, {})),
        ]
        for case in listed
    ]  # fmt: skip
    return [pick(word) for word in head], rows


def _sold(cases: Collection[UUID]) -> dict[UUID, dict[str, int]]:
    found = Sale.objects.within(case__in=list(cases), verdict__verdict="confirmed")
    by_case: dict[UUID, list[tuple[str, int]]] = {}
    for case, currency, amount in found.values_list("case_id", "currency", "amount"):
        by_case.setdefault(case, []).append((currency, amount))
    return {case: sums(amounts) for case, amounts in by_case.items()}


# --- introductions -------------------------------------------------------------------------------------------------


def introductions_table(actor: Actor, asked: Mapping[str, str]) -> Table:
    found = queries.introductions_visible_to(actor)
    if words := asked.get("q", "").strip():
        names = Q(to_name__icontains=words) | Q(case__project__number__icontains=words)
        for lang in ("ko", "en"):
            names |= Q(**{f"case__project__startup__name__{lang}__icontains": words})
        found = found.filter(names)
    for name in ("result", "country"):
        if chosen := asked.get(name, ""):
            found = found.filter(**{name: chosen})
    rows = page(found, order=("-introduced_on",), cursor=asked.get("after", ""), size=SIZE)
    return Table(
        columns=[
            Column("to", pick(text("누구에게", "To whom")), head=True),
            Column("startup", pick(text("창업기업", "Startup"))),
            Column("by", pick(text("소개한 곳", "Introduced by"))),
            Column("country", pick(text("나라", "Country"))),
            Column("kind", pick(text("구분", "Kind"))),
            Column("on", pick(text("날짜", "Date"))),
            Column("result", pick(text("결과", "Result"))),
            Column("act", pick(text("결과 적기", "Record the result")), hide_label=True),
        ],
        rows=[introduction_row(actor, row) for row in rows.rows],
        caption=pick(text("소개", "Introductions")),
        show_caption=False,
        filters=[
            Filter("q", pick(text("이름·과제", "Name, project")), words),
            Filter("result", pick(text("결과", "Result")), asked.get("result", ""), _choices(enums.RESULTS)),
            Filter("country", pick(text("나라", "Country")), asked.get("country", ""), _choices(enums.COUNTRIES)),
        ],
        empty=Empty(
            pick(text("아직 소개가 없습니다.", "No introduction yet.")),
            pick(
                text(
                    "기술 후원사와 수요기업이 고객이나 협력사를 소개하면 이곳에 적습니다.",
                    "When the sponsor or the company introduces a startup to somebody, it is recorded here.",
                )
            ),
        ),
        next=rows.next_cursor or "",
    )


def introduction_row(actor: Actor, row: Introduction) -> dict[str, Any]:
    again: Any = ""
    if rules.may_report_result(actor, row):
        again = Link(pick(text("결과 적기", "Record the result")), reverse("outcomes:result", args=[row.pk]))
    return {
        "to": row.to_name,
        "startup": pick(row.case.project.startup.name),
        "by": pick(row.organisation.name),
        "country": pick(enums.COUNTRIES[row.country]),
        "kind": pick(enums.INTRODUCTION_KINDS[row.kind]),
        "on": row.introduced_on,
        "result": Badge(pick(enums.RESULTS[row.result]), enums.RESULT_KINDS[row.result]),
        "act": again,
    }


def _choices(words: Mapping[str, Text]) -> list[tuple[str, str]]:
    return [(key, pick(word)) for key, word in words.items()]
