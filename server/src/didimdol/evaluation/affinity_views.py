"""Pages about how evaluators and applications fit: what an evaluator knows, and what both have in common."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from didimdol.applications.queries import access_application
from didimdol.applications.rules import may_open_document
from didimdol.design.parts import Badge, Column, Empty, Table
from didimdol.evaluation import actions, queries, rules
from didimdol.evaluation.affinity import SETTINGS, reasons
from didimdol.evaluation.expertise import Expertise
from didimdol.evaluation.forms import ExpertiseForm
from didimdol.evaluation.guards import stage_of, words_of
from didimdol.evaluation.models import Seat
from didimdol.kernel.access import require
from didimdol.kernel.pages import ActedRequest, ActionView
from didimdol.kernel.problems import Invisible
from didimdol.kernel.words import pick, text
from didimdol.records.actions import opened
from didimdol_decide.canonical import plain


class CorrectExpertise(ActionView):
    action = staticmethod(actions.correct_expertise)
    who = staticmethod(rules.tells_expertise)
    reach = staticmethod(queries.told_seat)
    row_name = "seat"
    form = ExpertiseForm
    title = text("전문 분야", "Expertise")
    consequence = text(
        "신청을 배정할 때 신청서와 함께 쓴 말을 찾아 적합도를 계산합니다. 배정하기 전까지 고칠 수 있고, 다음 위촉 때 이어집니다. 신청 기업에는 보이지 않습니다.",
        "The assignment looks for words that you and an application share. It can be corrected until the assignment and is taken over to the next seat. Applicants do not see it.",
    )
    button = text("저장", "Save")
    done = text("전문 분야를 저장했습니다.", "The expertise is saved.")

    def make_form(self, row: Seat, data: Any = None, files: Any = None) -> ExpertiseForm:
        known = Expertise.of(row)
        initial = {"keywords": ", ".join(known.keywords), "sentence": known.sentence, "version": row.row_version}
        return ExpertiseForm(data, initial=initial)

    def back(self, row: Seat) -> str:
        return reverse("evaluation:round", args=[row.round_id])


@require_safe
def fit_page(request: ActedRequest, id: UUID, application: UUID) -> HttpResponse:
    """Why the evaluators of a round fit an application: only for who conducts the round and may read the application."""
    actor = request.actor
    round = queries.conducted_round(actor, id)
    row = access_application(actor, application)
    require(may_open_document(actor, row))
    compared, seats, recorded = queries.compared(round)
    if row.pk not in {entry.pk for entry in compared}:
        raise Invisible("application", application)
    opened(actor, "shared words", row)
    found = reasons(row, compared, seats)
    changed = any(
        value != plain(found[seat].value) for seat, value in recorded.get(str(row.pk), {}).items() if seat in found
    )
    return render(
        request,
        "evaluation/fit.html",
        {
            "round": round,
            "stage": words_of(stage_of(round)),
            "application": row,
            "changed": changed,
            "text_share": plain(SETTINGS.text),
            "field_share": plain(1 - SETTINGS.text),
            "table": _fit_table(seats, found, queries.panel_of(round, row), queries.barred_from(row, seats)),
        },
    )


def _fit_table(seats: list[Seat], found: dict[str, Any], panel: set[UUID], barred: set[UUID]) -> Table:
    order = sorted(seats, key=lambda seat: (-found[str(seat.pk)].value, seat.person.name, str(seat.pk)))
    rows = []
    for seat in order:
        pair = found[str(seat.pk)]
        words = " · ".join(f"{shared.term} {shared.value:.3f}" for shared in pair.terms)
        standing: Any = Badge(pick(text("배정됨", "On the panel")), "ok") if seat.pk in panel else "–"
        if seat.person_id in barred:
            standing = Badge(pick(text("이해충돌", "Conflict of interest")), "warn")
        rows.append(
            {
                "evaluator": seat.person.name,
                "panel": standing,
                "affinity": plain(pair.value),
                "text": f"{pair.text:.3f}",
                "field": plain(pair.field),
                "words": words or ("–" if Expertise.of(seat) else pick(text("전문 분야 없음", "no expertise given"))),
            }
        )
    return Table(
        columns=[
            Column("evaluator", pick(text("위원", "Evaluator"))),
            Column("panel", pick(text("배정", "Panel"))),
            Column("affinity", pick(text("적합도", "Affinity")), number=True),
            Column("text", pick(text("글", "Text")), number=True),
            Column("field", pick(text("분야", "Field")), number=True),
            Column("words", pick(text("함께 쓴 말과 그 몫", "Shared words and what they give"))),
        ],
        rows=rows,
        caption=pick(text("위원별 적합도", "Affinity by evaluator")),
        empty=Empty(pick(text("위촉한 위원이 없습니다.", "Nobody has a seat.")), ""),
    )
