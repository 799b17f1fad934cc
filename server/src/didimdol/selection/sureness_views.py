"""Pages of the advice on a ranking, of the deviating ballots of a round, and an evaluator's own remarks."""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from didimdol.design.parts import Badge, Column, Empty, Filter, Link, Table
from didimdol.evaluation import queries as evaluation_queries
from didimdol.evaluation.guards import stage_of, words_of
from didimdol.evaluation.models import Round, Seat
from didimdol.kernel.access import require
from didimdol.kernel.pages import ActedRequest, ActionView
from didimdol.kernel.paging import page
from didimdol.kernel.words import language, pick, text
from didimdol.records.opening import opened
from didimdol.selection import actions, queries, sureness, sureness_queries
from didimdol.selection import rules as selection_rules
from didimdol.selection import sureness_rules as rules
from didimdol.selection.actions.remarks import MOST, field_of
from didimdol.selection.models import Remark, Selection
from didimdol.selection.remark_words import told, told_inside
from didimdol.selection.sheets import seat_numbers
from didimdol.selection.states.remark import REMARK
from didimdol.selection.sureness_board import board_of
from didimdol_decide.confidence import Settings

# --- how sure ------------------------------------------------------------------------------------------------------


def access_readable(request: ActedRequest, id: UUID) -> Selection:
    """A selection whose estimate the caller may read. Raises Invisible, AccessDenied."""
    found = queries.access_selection(request.actor, id)
    require(rules.may_read_estimate(request.actor, found))
    return found


@require_safe
def how_sure(request: ActedRequest, id: UUID) -> HttpResponse:
    """How sure the ranking is, by field; or that it is being estimated."""
    actor = request.actor
    found = access_readable(request, id)
    estimate = None if rules.is_over(found) else sureness.fresh(found)
    confidence = sureness.confidence_of(estimate) if estimate else None
    named = bool(rules.may_name(actor, found.round))
    context: dict[str, Any] = {
        "selection": found,
        "challenge": found.round.challenge,
        "stage": words_of(stage_of(found.round)),
        "estimate": estimate,
        "nothing": estimate.content.get("nothing") if estimate else None,
        "draws": Settings().draws if confidence is None else confidence.draws,
        "over": rules.is_over(found),
        "kept_until": rules.kept_until(found),
        "ask": rules.may_ask_for_estimate(actor, found),
        "moved_on": None if found.state == "released" else selection_rules.as_computed(found),
        "named": named,
        "deviating": sureness_queries.deviation_counts(found.round),
        "progress_url": reverse("selection:how_sure_progress", args=[found.pk]),
    }
    if confidence is not None:
        opened(actor, "how sure a ranking is", found)
        context["board"] = board_of(
            found,
            confidence,
            queries.lines_with_names(found),
            queries.field_names(found),
            sureness_queries.leanings_in(found.round),
            named=named,
        )
    return render(request, "selection/how_sure.html", context)


@require_safe
def how_sure_progress(request: ActedRequest, id: UUID) -> HttpResponse:
    """The answer to a poll: still being estimated, 304 while nothing moved; once it is there the page loads anew."""
    found = access_readable(request, id)
    ready = sureness.fresh(found) is not None
    mark = hashlib.sha256(f"{found.pk}{ready}{language()}".encode()).hexdigest()[:32]
    headers = {"ETag": f'"{mark}"', "Cache-Control": "private, no-cache"}
    if headers["ETag"] in request.headers.get("If-None-Match", ""):
        return HttpResponse(status=304, headers=headers)
    response = render(
        request, "selection/_estimating.html", {"progress_url": request.path, "ready": ready, "selection": found}
    )
    for name, value in headers.items():
        response[name] = value
    if ready and request.headers.get("HX-Request"):
        response["HX-Refresh"] = "true"
    return response


class AskForEstimate(ActionView):
    """Where none is there: a ranking computed before there were estimates, or a worker that failed."""

    action = staticmethod(actions.ask_for_estimate)
    reach = staticmethod(queries.access_selection)
    who = staticmethod(rules.may_ask_for_estimate)
    row_name = "selection"
    title = text("확실성 추정", "Estimate how sure the ranking is")
    consequence = text(
        "백그라운드에서 추정하며, 신청이 수백 건이면 몇 초 걸립니다. 순위와 결과는 바뀌지 않습니다.",
        "It is estimated in the background, in seconds where some hundred apply. No rank and no result changes.",
    )
    button = text("추정", "Estimate")
    done = text("추정을 요청했습니다.", "The estimate was asked for.")

    def back(self, row: Selection) -> str:
        return reverse("selection:how_sure", args=[row.pk])


# --- deviating ballots of a round ----------------------------------------------------------------------------------


@require_safe
def deviations(request: ActedRequest, id: UUID) -> HttpResponse:
    """The ballots whose items are far from the panel's mean, with the reasons given. A manager reads neither names nor
    points."""
    actor = request.actor
    round = evaluation_queries.conducted_round(actor, id)
    rule = stage_of(round)
    named = bool(rules.may_name(actor, round))
    opened(actor, "deviating ballots", round)
    every, answered = sureness_queries.deviation_counts(round)
    context = {
        "round": round,
        "challenge": round.challenge,
        "stage": words_of(rule),
        "percent": rule.deviation_percent,
        "named": named,
        "every": every,
        "answered": answered,
        "table": _deviations_table(request, round, named),
        "selection": Selection.objects.within(round=round).first(),
    }
    return render(request, "selection/deviations.html", context)


def _deviations_table(request: ActedRequest, round: Round, named: bool) -> Table:
    asked = request.GET
    found = sureness_queries.deviations_in(round)
    if words := asked.get("q", "").strip():
        startup = Q(application__startup__name__ko__icontains=words) | Q(
            application__startup__name__en__icontains=words
        )
        found = found.filter(startup | Q(application__number__icontains=words))
    if (state := asked.get("state", "")) in REMARK.states:
        found = found.filter(state=state)
    rows = page(found, order=("application__number", "pk"), cursor=asked.get("after", ""), size=50)
    rule = stage_of(round)
    numbers = seat_numbers(round.challenge_id)
    shown = ("open", "answered", "lapsed")
    return Table(
        columns=[
            Column("application", pick(text("신청", "Application")), head=True),
            Column("who", pick(text("위원", "Evaluator"))),
            Column("items", pick(text("항목", "Items"))),
            Column("reason", pick(text("사유", "Reason"))),
            Column("state", pick(text("상태", "State"))),
        ],
        rows=[_deviation_row(remark, rule, numbers, named) for remark in rows.rows],
        caption=pick(text("다른 위원과 크게 다른 평가표", "Ballots far from the panel's mean")),
        show_caption=False,
        filters=[
            Filter("q", pick(text("기업·접수번호", "Startup or number")), words),
            Filter("state", pick(text("상태", "State")), state, [(k, pick(REMARK.states[k].label)) for k in shown]),
        ],
        empty=Empty(
            pick(text("해당하는 평가표가 없습니다.", "There is no such ballot.")),
            pick(
                text(
                    "신청의 평가표가 모두 제출되면 확인하고, 해당하는 위원에게 사유를 묻습니다.",
                    "Checked once all ballots of an application are locked; the evaluator is then asked for the reason.",
                )
            ),
        ),
        next=rows.next_cursor or "",
    )


def _deviation_row(remark: Remark, rule: Any, numbers: dict[str, int], named: bool) -> dict[str, Any]:
    assert remark.application is not None
    state = REMARK.state(remark)
    seat = remark.seat
    who = f"{pick(words_of(rule.body(seat.body)))} {numbers.get(str(seat.pk), '')}".strip()
    return {
        "application": Link(
            remark.application.number,
            reverse("applications:application", args=[remark.application_id]),
            pick(remark.application.startup.name),
        ),
        "who": f"{seat.person.name} · {who}" if named else who,
        "items": "; ".join(told_inside(item, rule, seat.body, named) for item in remark.content["items"]),
        "reason": remark.reply if remark.state == "answered" else "–",
        "state": Badge(pick(state.label), state.kind),
    }


# --- an evaluator's own --------------------------------------------------------------------------------------------


class RemarksForm(forms.Form):
    """A reply to each remark that may still be answered. ``cleaned_data["replies"]``: remark → words."""

    def __init__(self, *args: Any, remarks: list[Remark], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.remarks = remarks
        self.answerable = [r for r in remarks if rules.in_time(r) and r.state in ("open", "answered")]
        for remark in self.answerable:
            reason = remark.kind == "deviation"
            label = text("사유", "Reason") if reason else text("의견(선택)", "Reply (optional)")
            self.fields[field_of(remark)] = forms.CharField(
                label=pick(label),
                initial=remark.reply,
                required=False,
                max_length=MOST,
                widget=forms.Textarea(attrs={"rows": 4}),
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        return {"replies": {remark.pk: cleaned.get(field_of(remark), "") for remark in self.answerable}}


class Remarks(ActionView):
    """What an evaluator is told about their own ballots in a round, and may answer."""

    action = staticmethod(actions.answer_remarks)
    reach = staticmethod(evaluation_queries.access_seat)
    row_name = "seat"
    template = "selection/remarks.html"
    title = text("내 평가표에 대한 알림", "Remarks on your ballots")
    button = text("저장", "Save")
    done = text("답변을 저장했습니다.", "Your replies are saved.")

    def back(self, row: Seat) -> str:
        return reverse("evaluation:round", args=[row.round_id])

    def after(self, row: Seat, result: Seat) -> str:
        return reverse("selection:remarks", args=[row.round_id])

    def make_form(self, row: Seat, data: Any = None, files: Any = None) -> RemarksForm:
        return RemarksForm(data, remarks=list(sureness_queries.remarks_of(self.request.actor, row)))

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        seat = self.reached(kwargs["id"])
        opened(self.request.actor, "remarks on one's ballots", seat)
        return self.show(seat, self.make_form(seat))

    def show(self, row: Seat, form: forms.Form, status: int = 200) -> HttpResponseBase:
        assert isinstance(form, RemarksForm)
        self.shown = form
        return super().show(row, form, status)

    def extra(self, row: Seat) -> dict[str, Any]:
        rule = stage_of(row.round)
        sees_figures = rules.settings_of(row.round.challenge).evaluator_sees_own
        return {
            "round": row.round,
            "challenge": row.round.challenge,
            "stage": words_of(rule),
            "percent": rule.deviation_percent,
            "remarks": [
                {
                    "remark": remark,
                    "state": REMARK.state(remark),
                    "told": told(remark, rule, row.body, sees_figures),
                    "bound": self.shown[field_of(remark)] if field_of(remark) in self.shown.fields else None,
                }
                for remark in self.shown.remarks
            ],
            "writable": bool(self.shown.fields),
        }
