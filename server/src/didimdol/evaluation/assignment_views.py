"""Pages of the assignment: the preview, what if, why, the record, and the seats that became empty since."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from didimdol.applications.models import Application
from didimdol.evaluation import actions, queries, rules
from didimdol.evaluation.assigning import inputs_of, solve
from didimdol.evaluation.assignment_forms import PreviewedForm, SeatChangeForm, WhatIfForm, WhyNotForm
from didimdol.evaluation.assignment_words import Names, prices_of, summary
from didimdol.evaluation.continuing import may_fill, places_of
from didimdol.evaluation.filling import Filling, propose
from didimdol.evaluation.guards import empty_seats, roles_held, seat_stands, stage_of, words_of
from didimdol.evaluation.models import AssignmentRecord, Round, Seat
from didimdol.evaluation.states import ROUND
from didimdol.evaluation.unassigned import explain_clash
from didimdol.evaluation.what_if import REASONS, effect_of
from didimdol.evaluation.why_not import kept
from didimdol.kernel.access import require
from didimdol.kernel.pages import ActedRequest, ActionView
from didimdol.kernel.problems import Invisible
from didimdol.kernel.words import text
from didimdol.records.actions import opened
from didimdol_decide.assignment import Infeasible


def _heading(round: Round) -> dict[str, Any]:
    return {"round": round, "challenge": round.challenge, "stage": words_of(stage_of(round))}


# --- before the assignment ----------------------------------------------------------------------------------------


class Assign(ActionView):
    """The assignment as it would be, computed and not stored; or why there is none. One button makes it so."""

    action = staticmethod(actions.assign_ballots)
    reach = staticmethod(queries.conducted_round)
    who = ROUND.moves["start_scoring"].who
    row_name = "round"
    form = PreviewedForm
    template = "evaluation/assign.html"
    title = text("신청 배정", "Assign the applications")
    consequence = text(
        "배정하면 평가가 시작되고 위원에게 알립니다. 이해충돌 신고는 더 이상 바꿀 수 없습니다.",
        "Scoring starts and the evaluators are told. Declarations can no longer be changed.",
    )
    button = text("배정하고 평가 시작", "Assign and start")
    done = text("신청을 배정했습니다.", "The applications are assigned.")

    def extra(self, row: Round) -> dict[str, Any]:
        may = ROUND.may("start_scoring", self.request.actor, row)
        context = {**_heading(row), "may": may}
        if not may:
            return context
        opened(self.request.actor, "assignment preview", row)
        applications, seats, problem = inputs_of(row)
        context["what_if"] = WhatIfForm({}, round=row, seats=seats)
        try:
            found = solve(row, problem)
        except Infeasible:
            return {**context, "clash": explain_clash(row, applications, seats, problem)}
        names = Names(row, applications, seats)
        return {
            **context,
            **summary(found.problem, found.assignment, found.proof, names),
            "fingerprint": found.fingerprint,
        }


@require_safe
def what_if(request: ActedRequest, id: UUID) -> HttpResponse:
    """One evaluator less or more, another maximum: what the assignment would be. Nothing is stored."""
    round = queries.conducted_round(request.actor, id)
    require(rules.conducts(request.actor, round))
    context = _heading(round)
    if round.state not in ("preparing", "declaring"):
        return render(request, "evaluation/what_if.html", context)
    opened(request.actor, "assignment preview", round)
    applications, seats, problem = inputs_of(round)
    form = WhatIfForm(request.GET, round=round, seats=seats)
    context |= {"form": form, "seated": bool(seats)}
    if seats and form.is_bound and form.is_valid():
        context["effect"] = effect_of(round, applications, seats, problem, form.cleaned_data)
    return render(request, "evaluation/what_if.html", context, status=422 if form.is_bound and form.errors else 200)


class ChangeSeat(ActionView):
    action = staticmethod(actions.change_seat)
    reach = staticmethod(queries.conducted_seat)
    who = staticmethod(rules.conducts_of_seat)
    may = staticmethod(seat_stands)
    row_name = "seat"
    title = text("위원 자리 변경", "Change a seat")
    button = text("변경", "Change")
    done = text("위원 자리를 바꿨습니다.", "The seat is changed.")

    def make_form(self, row: Seat, data: Any = None, files: Any = None) -> SeatChangeForm:
        return SeatChangeForm(data, seat=row)

    def extra(self, row: Seat) -> dict[str, Any]:
        name = row.person.name
        return {"title": text(f"위원 자리 변경: {name}", f"Change a seat: {name}")}

    def back(self, row: Seat) -> str:
        return reverse("evaluation:round", args=[row.round_id])


# --- the assignment as it is ---------------------------------------------------------------------------------------


@require_safe
def assignment(request: ActedRequest, id: UUID) -> HttpResponse:
    """How the applications were assigned and why; and why not this one: any application, any evaluator."""
    round = queries.conducted_round(request.actor, id)
    record = _record(request, round)
    opened(request.actor, "assignment", round)
    found = kept(record.pk)
    applications, seats = _named(round, [entry.id for entry in found.problem.applications])
    names = Names(round, applications, seats)
    known = {entry.id for entry in found.problem.evaluators}
    form = WhyNotForm(request.GET, applications=applications, seats=[seat for seat in seats if str(seat.pk) in known])
    context = {
        **_heading(round),
        **summary(found.problem, found.assignment, found.proof, names),
        "prices": prices_of(found.problem, found.assignment, found.proof, names),
        "record": record,
        "revisions": list(queries.assignment_records(round).defer("content")),
        "form": form,
    }
    if form.is_bound and form.is_valid():
        asked = form.cleaned_data
        context |= {
            "told": found.why_not(asked["application"], asked["evaluator"], names),
            "asked": (names.application(asked["application"]), names.seat(asked["evaluator"])),
        }
    return render(request, "evaluation/assignment.html", context, status=422 if form.errors else 200)


@require_safe
def assignment_record(request: ActedRequest, id: UUID) -> JsonResponse:
    """The record as ``didimdol-decide verify-assignment`` reads it. Ids only: it names nobody."""
    round = queries.conducted_round(request.actor, id)
    record = _record(request, round)
    opened(request.actor, "assignment record", round, f"revision {record.revision}")
    name = f"{round.challenge.slug}.{round.stage}.assignment-{record.revision}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    content = AssignmentRecord.objects.within(pk=record.pk).values_list("content", flat=True).get()
    return JsonResponse(content, json_dumps_params={"ensure_ascii": False, "indent": 1}, headers=headers)


def _record(request: ActedRequest, round: Round) -> AssignmentRecord:
    """The revision asked for, without its content; the newest where none is named. Raises Invisible."""
    records, asked = queries.assignment_records(round).defer("content"), request.GET.get("revision", "")
    if asked.isdecimal() and len(asked) < 9:
        records = records.filter(revision=int(asked))
    record = records.first()
    if record is None:
        raise Invisible("assignment record", round.pk)
    return record


def _named(round: Round, applications: list[str]) -> tuple[list[Application], list[Seat]]:
    """The applications of a record, also those withdrawn since, and all seats the round ever had."""
    found = Application.objects.within(pk__in=applications).select_related("field", "startup").order_by("number")
    seats = list(round.seats.select_related("person", "organisation"))
    return list(found), seats


# --- seats that became empty ---------------------------------------------------------------------------------------


class Fill(ActionView):
    """Who could fill the empty seats with the least change; who has begun stays. One button makes it so."""

    action = staticmethod(actions.fill_seats)
    reach = staticmethod(queries.conducted_round)
    who = staticmethod(rules.conducts)
    row_name = "round"
    form = PreviewedForm
    template = "evaluation/fill.html"
    title = text("빈자리 채우기", "Fill the empty seats")
    consequence = text(
        "시작했거나 제출한 평가표는 그대로 둡니다. 새로 배정되는 위원에게 알리고, 배정 기록의 새 판을 남깁니다.",
        "Ballots that were begun or locked stay. Those newly assigned are told, and a new revision of the record is kept.",
    )
    button = text("이대로 채우기", "Fill them so")
    done = text("빈자리를 채웠습니다.", "The empty seats are filled.")

    def extra(self, row: Round) -> dict[str, Any]:
        context = {**_heading(row), "scoring": row.state == "scoring"}
        if row.state != "scoring":
            return context
        context["conducts"] = rules.conducts(self.request.actor, row)
        context["roles_held"] = roles_held(row, row.seats.select_related("person").order_by("person__name", "pk"))
        context["places"] = places = places_of(row, empty_seats(row))
        context["may_fill"] = may = may_fill(places)
        if not may:
            return context
        opened(self.request.actor, "assignment preview", row)
        return {**context, **filling_context(row, propose(row))}


def filling_context(round: Round, found: Filling) -> dict[str, Any]:
    """The context of ``evaluation/_filling.html``."""
    names = Names(round, found.applications, found.seats)
    pairs = {(pair.application, pair.evaluator): pair for pair in found.after.pairs}

    def read(pair: tuple[str, str]) -> tuple[str, str]:
        return names.application(pair[0]), names.seat(pair[1])

    return {
        "filling": found,
        "fingerprint": found.fingerprint,
        "came": [
            {
                "application": names.application(a),
                "name": names.seat(e),
                "body": names.body(pairs[a, e].body),
                "pair": pairs[a, e],
            }
            for a, e in sorted(found.came, key=read)
        ],
        "went": [
            {"application": names.application(a), "name": names.seat(e), "why": REASONS[why]}
            for (a, e), why in sorted(found.went.items(), key=lambda entry: read(entry[0]))
        ],
        "left": [
            {"application": names.application(a), "body": names.body(body), "count": count}
            for a, body, count in found.left
        ],
        "disputed": sorted(map(read, found.disputed)),
        "clash": explain_clash(round, found.applications, found.seats, found.wanted, filling=True)
        if found.left
        else None,
    }
