"""Pages of the selection: the ranking, its sheets and records, an applicant's own result, the public result."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from didimdol.design.parts import Badge, Column, Empty, Filter, Link, Table
from didimdol.evaluation.draw_queries import public_draws
from didimdol.evaluation.draw_words import draw_name
from didimdol.evaluation.models import Round
from didimdol.kernel.access import require, signed_in
from didimdol.kernel.actor import Actor
from didimdol.kernel.pages import ActedRequest
from didimdol.kernel.paging import page
from didimdol.kernel.problems import Invisible
from didimdol.kernel.words import language, pick, text
from didimdol.programmes.loading import as_text
from didimdol.programmes.queries import rules_of
from didimdol.records.opening import opened
from didimdol.records.queries import timeline
from didimdol.records.serving import sealed_file
from didimdol.selection import queries, rules, sheets, sureness_rules
from didimdol.selection.among import among
from didimdol.selection.enums import OUTCOME_KINDS, OUTCOMES
from didimdol.selection.models import Line, Selection
from didimdol.selection.moves import (
    Compute,
    Decide,
    Exclude,
    Export,
    Hold,
    Readmit,
    Reconsider,
    Release,
    Unhold,
)  # fmt: skip
from didimdol.selection.standings import board_of
from didimdol.selection.states import SELECTION

__all__ = [
    "Compute", "Decide", "Exclude", "Export", "Hold", "Readmit", "Reconsider", "Release", "Unhold",
    "own", "own_record", "record", "result", "selection", "selections", "sheet",
]  # fmt: skip

NOT_COMPUTED = text("계산 전", "Not computed yet")


# --- the lists -----------------------------------------------------------------------------------------------------


@require_safe
def selections(request: ActedRequest) -> HttpResponse:
    """The rounds to select from, for those who run them; and the results of one's own startup."""
    actor = request.actor
    require(signed_in(actor))
    runs = any(grant.role in queries.RUN for grant in actor.grants)
    applies = any(grant.role in queries.STARTUP for grant in actor.grants)
    context = {
        "runs": _runs(request) if runs else None,
        "own": _own_results(request) if applies or not runs else None,
    }
    return render(request, "selection/list.html", context)


def _runs(request: ActedRequest) -> Table:
    asked = request.GET
    found = queries.rounds_to_select(request.actor)
    if words := asked.get("q", "").strip():
        named = Q(challenge__name__ko__icontains=words) | Q(challenge__name__en__icontains=words)
        found = found.filter(named | Q(challenge__slug__icontains=words))
    if slug := asked.get("challenge", ""):
        found = found.filter(challenge__slug=slug)
    if state := asked.get("state", ""):
        found = found.filter(selection=None) if state == "none" else found.filter(selection__state=state)
    rows = page(found, order=("-state_since",), cursor=asked.get("after", ""), size=50)
    choices = [("none", pick(NOT_COMPUTED)), *((key, pick(s.label)) for key, s in SELECTION.states.items())]
    return Table(
        columns=[
            Column("challenge", pick(text("챌린지", "Challenge")), head=True),
            Column("stage", pick(text("단계", "Stage"))),
            Column("closed", pick(text("평가 마감", "Closed"))),
            Column("state", pick(text("상태", "State"))),
        ],
        rows=[_run(request.actor, round) for round in rows.rows],
        caption=pick(text("순위와 선정", "Rankings and selections")),
        show_caption=False,
        filters=[
            Filter("q", pick(text("챌린지", "Challenge")), words),
            Filter("state", pick(text("상태", "State")), state, choices),
        ],
        empty=Empty(
            pick(text("마감한 평가가 없습니다.", "No round has closed yet.")),
            pick(
                text(
                    "평가를 마감하면 이곳에서 순위를 계산합니다.", "Once a round closes, its ranking is computed here."
                )
            ),
        ),
        next=rows.next_cursor or "",
    )


def _run(actor: Actor, round: Round) -> dict[str, Any]:
    selection: Selection | None = getattr(round, "selection", None)
    name = pick(round.challenge.name)
    if selection is not None:
        state = SELECTION.state(selection)
        label: Any = Link(name, selection.get_absolute_url())
        badge = Badge(pick(state.label), state.kind)
    else:
        label = Link(name, reverse("selection:compute", args=[round.pk])) if rules.may_compute(actor, round) else name
        badge = Badge(pick(NOT_COMPUTED), "warn")
    return {"challenge": label, "stage": _stage_name(round), "closed": round.state_since, "state": badge}


def _stage_name(round: Round) -> str:
    return pick(as_text(rules_of(round.challenge).stage(round.stage).name))


def _own_results(request: ActedRequest) -> Table:
    found = queries.own_lines(request.actor)
    rows = page(found, order=("-selection__released_at",), cursor=request.GET.get("own", ""), size=50)
    return Table(
        columns=[
            Column("number", pick(text("접수번호", "Number")), head=True),
            Column("challenge", pick(text("챌린지", "Challenge"))),
            Column("stage", pick(text("단계", "Stage"))),
            Column("released", pick(text("공개", "Released"))),
            Column("outcome", pick(text("결과", "Outcome"))),
        ],
        rows=[
            {
                "number": Link(line.application.number, queries.own_url(line.application_id)),
                "challenge": pick(line.selection.round.challenge.name),
                "stage": _stage_name(line.selection.round),
                "released": line.selection.released_at,
                "outcome": Badge(pick(OUTCOMES[line.computed]), OUTCOME_KINDS[line.computed]),
            }
            for line in rows.rows
        ],
        caption=pick(text("우리 기업의 결과", "Results of our company")),
        empty=Empty(
            pick(text("공개된 결과가 없습니다.", "No result is released yet.")),
            pick(
                text(
                    "결과가 공개되면 알림과 함께 이곳에 표시됩니다.",
                    "Once released, you get a message and find it here.",
                )
            ),
        ),
        next=rows.next_cursor or "",
        cursor_param="own",
    )


# --- for those who run it ------------------------------------------------------------------------------------------


@require_safe
def selection(request: ActedRequest, id: UUID) -> HttpResponse:
    """The ranking by field with its line, ties and holds; what may be done next, or why not."""
    actor = request.actor
    found = queries.access_selection(actor, id)
    opened(actor, "selection ranking", found)
    lines = queries.lines_with_names(found)
    context = {
        "selection": found,
        "challenge": found.round.challenge,
        "stage": _stage_name(found.round),
        "state": SELECTION.state(found),
        "board": board_of(found, lines, queries.field_names(found)),
        "kinds": OUTCOME_KINDS,
        "held": [line for line in lines if line.held],
        "moves": _moves(actor, found),
        "settles": bool(rules.may_release(actor, found)) and found.state != "released",
        "how_sure": bool(sureness_rules.may_read_estimate(actor, found)),
        "full": bool(rules.may_see_full_record(actor, found)) and found.record_id is not None,
        "timeline": timeline(actor, found.pk, language()),
    }
    return render(request, "selection/selection.html", context)


def _moves(actor: Actor, found: Selection) -> list[dict[str, Any]]:
    """The buttons of the page: those of this state, each with the rule's answer."""
    moves = []
    if found.state == "computed":
        moves.append(
            ("compute", found.round_id, text("다시 계산", "Compute again"), rules.may_compute(actor, found.round), "")
        )
    for name, kind in (("decide", "primary"), ("reconsider", ""), ("release", "primary")):
        if found.state in SELECTION.moves[name].sources:
            moves.append((name, found.pk, SELECTION.moves[name].label, SELECTION.may(name, actor, found), kind))
    return [
        {"label": label, "url": reverse(f"selection:{name}", args=[id]), "access": access, "kind": kind}
        for name, id, label, access, kind in moves
    ]


@require_safe
def sheet(request: ActedRequest, id: UUID) -> HttpResponse:
    """The calculation sheet of one application, made to be printed."""
    line = queries.access_line(request.actor, id)
    opened(request.actor, "calculation sheet", line)
    calculated = sheets.Sheets(
        line.selection, itemised=bool(sureness_rules.may_name(request.actor, line.selection.round))
    )
    context = {
        "line": line,
        "selection": line.selection,
        "challenge": line.selection.round.challenge,
        "application": line.application,
        "sheet": calculated.sheet(line),
        "among": among(line, calculated.group(line, queries.lines_with_names(line.selection))),
        "outcome": OUTCOMES[line.computed],
        "kind": OUTCOME_KINDS[line.computed],
    }
    return render(request, "selection/sheet.html", context)


# --- records -------------------------------------------------------------------------------------------------------


@require_safe
def record(request: ActedRequest, id: UUID, tier: str) -> JsonResponse:
    """The sealed record: the public tier for everybody once released, the full one for auditors and managers."""
    if tier == "public":
        found = queries.access_released(id)
        return sealed_file(found.public_record, f"{found.round.challenge.slug}.public.json")
    if tier != "full":
        raise Invisible("selection record", id)
    found = queries.access_selection(request.actor, id)
    require(rules.may_see_full_record(request.actor, found))
    response = sealed_file(found.record, f"{found.round.challenge.slug}.full.json")
    opened(request.actor, "selection record (full)", found)
    return response


@require_safe
def own_record(request: ActedRequest, application: UUID) -> JsonResponse:
    line = queries.access_own_line(request.actor, application)
    response = sealed_file(line.own_record, own_filename(line))
    opened(request.actor, "selection record (own)", line)
    return response


def own_filename(line: Line) -> str:
    return f"{line.application.number}.own.json"


# --- results -------------------------------------------------------------------------------------------------------


@require_safe
def own(request: ActedRequest, application: UUID) -> HttpResponse:
    """An applicant's own result: the outcome, the stages with totals and bars; nobody else's."""
    line = queries.access_own_line(request.actor, application)
    context = {
        "line": line,
        "application": line.application,
        "challenge": line.selection.round.challenge,
        "final": line.selection.final,
        "place": queries.place_of_application(request.actor, application) if line.selection.final else None,
        "outcome": OUTCOMES[line.computed],
        "kind": OUTCOME_KINDS[line.computed],
        "stages": sheets.own_stages(line),
        "parts": sheets.own_parts(line),
        "ties": sheets.own_ties(line),
        "filename": own_filename(line),
        "keys_url": request.build_absolute_uri(reverse("records:keys")),
    }
    return render(request, "selection/own.html", context)


@require_safe
def result(request: HttpRequest, slug: str) -> HttpResponse:
    """Public: the selected by field, and the record that anybody can check. Nothing about the others."""
    found = queries.access_result(slug)
    challenge = found.round.challenge
    assert found.public_record is not None
    payload = found.public_record.document["payload"]
    selected = queries.selected_lines(found)
    places = queries.places(found)
    applications = len(payload["commitments"])
    context = {
        "selection": found,
        "challenge": challenge,
        "fields": queries.by_field(found, selected),
        "selected": len(selected),
        "places": places,
        "applications": applications,
        "lottery": payload["lottery"],
        "rulebook_digest": payload["rulebook_digest"],
        "record": found.public_record,
        "filename": f"{challenge.slug}.public.json",
        "keys_url": request.build_absolute_uri(reverse("records:keys")),
        "draws": [(draw, draw_name(draw)) for draw in public_draws(challenge)],
    }
    return render(request, "selection/result.html", context)
