"""Pages of matchings: the list, one matching, each side's order, and the pages with one action each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views import View
from django.views.decorators.http import require_safe

from didimdol.demands.models import Demand
from didimdol.design.parts import Empty
from didimdol.kernel.access import Access, Denied, require, signed_in
from didimdol.kernel.actor import Actor
from didimdol.kernel.pages import ActedRequest, ActionView, put_problem_into_form, safe_next
from didimdol.kernel.problems import BadInput, Invisible
from didimdol.kernel.words import language, pick, text
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import access_challenge, rules_of
from didimdol.programmes.rules import may_amend
from didimdol.records.opening import opened
from didimdol.records.queries import timeline
from didimdol.selection import actions, matching_market
from didimdol.selection import matching_rules as rules
from didimdol.selection.forms import ChoicesForm, ClosingForm, ReasonForm, StandingForm
from didimdol.selection.matching_board import board_of, decided_limits
from didimdol.selection.matching_clash import Clash, clash_now
from didimdol.selection.matching_limits import limit_lines
from didimdol.selection.matching_queries import (
    access_demand_asked,
    access_matching,
    access_place_asked,
    matched_to,
    matchings_visible_to,
    preference_of,
)
from didimdol.selection.matching_words import METHODS
from didimdol.selection.models import Matching, Place
from didimdol.selection.openings import listed, opening
from didimdol.selection.place_rules import RUN
from didimdol.selection.states.matching import MATCHING
from didimdol_decide.matching import MatchingInputs


@require_safe
def matchings(request: ActedRequest) -> HttpResponse:
    """The matchings of the challenges one runs, and where the next may be opened."""
    actor = request.actor
    require(signed_in(actor))
    if not any(grant.role in RUN for grant in actor.grants):
        require(Denied("only_the_operator"))
    slug = request.GET.get("challenge", "")
    table = listed(
        request,
        matchings_visible_to(actor),
        MATCHING,
        caption=text("수요 매칭", "Matchings"),
        columns={
            "closes": text("순위 입력 마감", "Preferences until"),
            "released": text("확정", "Released"),
        },
        cells=lambda row: {"closes": row.closes_at, "released": row.released_at},
        empty=Empty(
            pick(text("아직 매칭이 없습니다.", "There is no matching yet.")),
            pick(
                text(
                    "선정 기업이 모두 참여를 확정하거나 포기하면 매칭을 열 수 있습니다.",
                    "Once every selected startup has confirmed or declined, a matching can be opened.",
                )
            ),
        ),
    )
    return render(
        request,
        "selection/matchings.html",
        {"table": table, "opening": opening(actor, slug, rules.may_open, rules.ready_to_open)},
    )


@require_safe
def matching(request: ActedRequest, id: UUID) -> HttpResponse:
    """One matching: who has answered, the pairs with the reasons, what may be done next."""
    actor = request.actor
    found = access_matching(actor, id)
    opened(actor, "matching", found)
    clash = clash_now(found)
    context = {
        "matching": found,
        "challenge": found.challenge,
        "state": MATCHING.state(found),
        "board": board_of(found),
        "moves": _moves(actor, found, clash),
        "clash": clash,
        "may_amend": may_amend(actor, found.challenge),
        "timeline": timeline(actor, found.pk, language()),
        "keys_url": request.build_absolute_uri(reverse("records:keys")),
        "filename": _filename(found),
    }
    return render(request, "selection/matching.html", context)


def _moves(actor: Actor, found: Matching, clash: Clash | None) -> list[dict[str, Any]]:
    moves: list[tuple[str, Any, Access, str]] = []
    if found.state == "computed":
        again = text("다시 계산", "Compute again")
        moves.append(("compute", again, rules.may_compute(actor, found), ""))
    for name, kind in (("compute", "primary"), ("release", "primary"), ("cancel", "")):
        move = MATCHING.moves[name]
        if found.state in move.sources:
            moves.append((name, move.label, MATCHING.may(name, actor, found), kind))
    if clash is not None:
        none = Denied("no_matching")
        moves = [
            (name, label, none if name == "compute" and access else access, kind) for name, label, access, kind in moves
        ]
    return [
        {"label": label, "url": reverse(f"selection:matching_{name}", args=[found.pk]), "access": access, "kind": kind}
        for name, label, access, kind in moves
    ]


# --- pages with one action -----------------------------------------------------------------------------------------


class Open(ActionView):
    action, row_name = actions.open_matching, "challenge"
    title = text("수요 매칭 열기", "Open the matching")
    consequence = text(
        "참여를 확정한 기업 가운데 아직 매칭되지 않은 기업을 같은 분야의 수요와 매칭합니다. 이미 매칭된 짝은 그대로 둡니다.",
        "Confirmed startups without a match are matched with the demands of their field. Pairs that stand are kept.",
    )
    button = text("매칭 열기", "Open")
    done = text("매칭을 열었습니다.", "The matching is open.")

    @staticmethod
    def reach(actor: Actor, slug: str) -> Challenge:
        return access_challenge(actor, slug)

    @staticmethod
    def who(actor: Actor, challenge: Challenge) -> Access:
        return rules.may_open(actor, challenge)

    def reached(self, id: Any) -> Any:
        challenge = super().reached(id)
        if self.request.method == "GET":
            require(rules.ready_to_open(challenge))
        return challenge

    def make_form(self, row: Challenge, data: Any = None, files: Any = None) -> forms.Form:
        """Where nobody has a choice, nobody is asked, and no closing is needed."""
        market = matching_market.market_of(row)
        asked = matching_market.asked_places(row, market) or matching_market.asked_demands(row, market)
        return ClosingForm(data) if asked else forms.Form(data)

    def back(self, row: Challenge) -> str:
        return f"{reverse('selection:matchings')}?challenge={row.slug}"

    def after(self, row: Challenge, result: Matching) -> str:
        return result.get_absolute_url()


def _may_compute(actor: Actor, matching: Matching) -> Access:
    if matching.state == "computed":
        return rules.may_compute(actor, matching)
    return MATCHING.may("compute", actor, matching)


class Compute(ActionView):
    action, reach, may, row_name = actions.compute_matching, access_matching, _may_compute, "matching"
    who, template = rules.may_compute, "selection/matching_compute.html"
    title = text("매칭 계산", "Compute the matching")
    consequence = text(
        "양쪽의 순위와 정원만으로 계산합니다. 순위를 내지 않은 곳은 기본 순위(신청한 수요, 평가 순위)를 씁니다. 확정하기 전에는 다시 계산할 수 있고, 계산한 사람은 확정할 수 없습니다.",
        "Computed from both sides' orders and the quotas alone; who gave no order has the default one (claimed demands; "
        "the panel's ranking). It can be repeated until the release. Whoever computes it cannot release it.",
    )
    button = text("계산", "Compute")
    done = text("매칭을 계산했습니다.", "The matching is computed.")

    def extra(self, row: Matching) -> dict[str, Any]:
        method, said = METHODS[rules_of(row.challenge).matching.method], type(self).consequence
        both = text(
            f"{said['ko']} 방법: {method.name['ko']}. {method.promise['ko']}",
            f"{said['en']} Method: {method.name['en']}. {method.promise['en']}",
        )
        return {
            "consequence": both,
            "clash": clash_now(row),
            "may_amend": may_amend(self.request.actor, row.challenge),
            "challenge": row.challenge,
        }


class Release(ActionView):
    action, reach, may, row_name = actions.release_matching, access_matching, MATCHING.asks("release"), "matching"
    who = rules.may_release
    title = text("매칭 확정", "Release the matching")
    consequence = text(
        "기업과 수요기업에 알리고 PoC 과제를 엽니다. 되돌릴 수 없습니다.",
        "Startups and companies are told and the PoC projects are opened. This cannot be undone.",
    )
    button = text("지금 확정", "Release now")
    done = text("매칭을 확정했습니다.", "The matching is released.")


class Cancel(ActionView):
    action, reach, may, row_name = actions.cancel_matching, access_matching, MATCHING.asks("cancel"), "matching"
    who, form = rules.may_run, ReasonForm
    title = text("매칭 취소", "Call the matching off")
    consequence = text(
        "이 회차의 순위와 계산을 버립니다. 새 매칭을 다시 열 수 있습니다.",
        "The orders and the computation of this matching are dropped. Another can be opened.",
    )
    button = text("매칭 취소", "Call it off")
    done = text("매칭을 취소했습니다.", "The matching is called off.")
    danger = True


def _filename(found: Matching) -> str:
    return f"{found.challenge.slug}.matching-{found.number}.json"


@require_safe
def record(request: ActedRequest, id: UUID) -> JsonResponse:
    """The sealed record: for managers and auditors, since it holds both sides' orders."""
    found = access_matching(request.actor, id)
    require(rules.may_see_record(request.actor, found))
    if found.record is None:
        raise Invisible("matching record", id)
    opened(request.actor, "matching record (full)", found)
    headers = {"Content-Disposition": f'attachment; filename="{_filename(found)}"', "Cache-Control": "no-store"}
    return JsonResponse(found.record.document, json_dumps_params={"ensure_ascii": False, "indent": 1}, headers=headers)


# --- one side's order ----------------------------------------------------------------------------------------------


class _Prefer(ABC, View):
    """GET shows the order as it stands, POST gives it. Until the closing it may be changed."""

    request: ActedRequest
    template = "selection/preference.html"

    @abstractmethod
    def side(self, matching: UUID, side: UUID) -> tuple[Matching, Place | Demand]: ...

    @abstractmethod
    def make_form(self, matching: Matching, row: Any, data: Any = None) -> forms.Form: ...

    @abstractmethod
    def context(self, matching: Matching, row: Any) -> dict[str, Any]: ...

    @abstractmethod
    def give(self, matching: Matching, row: Any, cleaned: dict[str, Any]) -> None: ...

    def get(self, request: HttpRequest, id: UUID, side: UUID) -> HttpResponse:
        matching, row = self.side(id, side)
        return self.show(matching, row, self.make_form(matching, row))

    def show(self, matching: Matching, row: Any, form: forms.Form, status: int = 200) -> HttpResponse:
        context = {
            "matching": matching,
            "challenge": matching.challenge,
            "form": form,
            "access": rules.takes_preferences(matching),
            **self.context(matching, row),
        }
        return render(self.request, self.template, context, status=status)

    def post(self, request: HttpRequest, id: UUID, side: UUID) -> HttpResponseBase:
        matching, row = self.side(id, side)
        require(rules.takes_preferences(matching))
        form = self.make_form(matching, row, request.POST)
        if not form.is_valid():
            return self.show(matching, row, form, 422)
        try:
            self.give(matching, row, form.cleaned_data)
        except BadInput as problem:
            put_problem_into_form(form, problem)
            return self.show(matching, row, form, 422)
        messages.success(request, pick(text("순위를 받았습니다.", "Your order is in.")))
        return HttpResponseRedirect(safe_next(request, request.path))


class AsPlace(_Prefer):
    def side(self, matching: UUID, side: UUID) -> tuple[Matching, Place | Demand]:
        return access_place_asked(self.request.actor, matching, side)

    def make_form(self, matching: Matching, row: Place, data: Any = None) -> forms.Form:
        demands = matching_market.market_of(matching.challenge).reach_of(row)
        given = preference_of(matching, place=row)
        initial = {f"choice_{n}": pk for n, pk in enumerate(given.order, start=1)} if given else {}
        return ChoicesForm(demands, rules_of(matching.challenge).matching.preferences, data, initial=initial)

    def context(self, matching: Matching, row: Place) -> dict[str, Any]:
        market = matching_market.market_of(matching.challenge)
        return {
            "place": row,
            "given": preference_of(matching, place=row),
            "demands": market.reach_of(row),
            "back": row.get_absolute_url(),
            "heading": pick(text("원하는 수요의 순위", "The demands in your order")),
            "advice": METHODS[rules_of(matching.challenge).matching.method].advice,
            "limits": limit_lines(rules_of(matching.challenge)),
        }

    def give(self, matching: Matching, row: Place, cleaned: dict[str, Any]) -> None:
        actions.give_preference(actor=self.request.actor, matching=matching, place=row, order=cleaned["order"])


class AsDemand(_Prefer):
    def side(self, matching: UUID, side: UUID) -> tuple[Matching, Place | Demand]:
        return access_demand_asked(self.request.actor, matching, side)

    def make_form(self, matching: Matching, row: Demand, data: Any = None) -> forms.Form:
        given = preference_of(matching, demand=row)
        initial: dict[str, Any] = {"capacity": matching_market.capacity_of(row, matching.challenge)}
        if given:
            levels = enumerate(given.order, start=1)
            ranks = {f"place_{pk.hex}": n for n, level in levels for pk in matching_market.flat([level])}
            initial = {"capacity": given.capacity, **ranks}
        places = matching_market.market_of(matching.challenge).within_reach(row)
        ties = matching_market.takes_equals(matching.challenge)
        return StandingForm(
            sorted(places, key=lambda place: place.application.number), data, initial=initial, ties=ties
        )

    def context(self, matching: Matching, row: Demand) -> dict[str, Any]:
        return {
            "demand": row,
            "given": preference_of(matching, demand=row),
            "back": row.get_absolute_url(),
            "heading": pick(text("함께할 기업의 순위", "The startups in your order")),
            "ties": matching_market.takes_equals(matching.challenge),
            "limits": limit_lines(rules_of(matching.challenge)),
            **(_outcome_of(matching, row) if matching.state == "released" else {}),
        }

    def give(self, matching: Matching, row: Demand, cleaned: dict[str, Any]) -> None:
        actions.give_preference(
            actor=self.request.actor,
            matching=matching,
            demand=row,
            order=cleaned["order"],
            capacity=cleaned["capacity"],
        )


def _outcome_of(matching: Matching, demand: Demand) -> dict[str, Any]:
    """Whom the demand works with, how many it would take, and which budget or group reserve was in the way."""
    inputs = MatchingInputs.model_validate(matching.inputs)
    capacity = next((row.capacity for row in inputs.demands if row.id == str(demand.pk)), 0)
    return {
        "heading": pick(text("매칭 결과", "The outcome")),
        "matched": matched_to(demand),
        "capacity": capacity,
        "decided": decided_limits(demand, matching),
    }


__all__ = ["AsDemand", "AsPlace", "Cancel", "Compute", "Open", "Release", "matching", "matchings", "record"]
