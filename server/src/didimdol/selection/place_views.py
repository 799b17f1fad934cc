"""Pages of places: the list, one place with what to do next, and the pages with one action each."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from didimdol.design.parts import Badge, Column, Empty, Filter, Link, Table
from didimdol.design.texts import in_seoul
from didimdol.kernel import clock
from didimdol.kernel.access import Access, require, signed_in
from didimdol.kernel.actor import Actor
from didimdol.kernel.pages import ActedRequest, ActionView
from didimdol.kernel.paging import page
from didimdol.kernel.words import Text, language, pick, text
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import access_challenge
from didimdol.programmes.rules import may_amend, runs
from didimdol.records.exporting import FileView
from didimdol.records.queries import timeline
from didimdol.records.spreadsheet import download
from didimdol.selection import actions, matching_market, queries
from didimdol.selection import place_rules as rules
from didimdol.selection.forms import ReasonForm
from didimdol.selection.matching_board import own_reasons
from didimdol.selection.matching_preview import preview_of_giving_up
from didimdol.selection.matching_rules import may_prefer_as_demand
from didimdol.selection.models import Match, Matching, Place
from didimdol.selection.place_queries import access_place, match_of, matches_standing, places_visible_to
from didimdol.selection.place_workbook import workbook
from didimdol.selection.states.place import PLACE

ORDER = ("challenge__slug", "field__position", "position", "application__number")


@require_safe
def places(request: ActedRequest) -> HttpResponse:
    """Places of the challenges one runs; a startup finds its own here, a company those matched to it."""
    actor = request.actor
    require(signed_in(actor))
    operates = any(grant.role in rules.RUN for grant in actor.grants)
    asked = request.GET.get("challenge", "")
    context = {
        "table": _table(request, operates),
        "operates": operates,
        "export": _exportable(actor, asked) if operates and asked else None,
    }
    return render(request, "selection/places.html", context)


def _exportable(actor: Actor, slug: str) -> Challenge | None:
    challenge = access_challenge(actor, slug)
    return challenge if runs(actor, challenge, *rules.RUN) else None


def _table(request: ActedRequest, operates: bool) -> Table:
    asked = request.GET
    found = places_visible_to(request.actor)
    if words := asked.get("q", "").strip():
        named = Q(startup__name__ko__icontains=words) | Q(startup__name__en__icontains=words)
        found = found.filter(named | Q(application__number__icontains=words))
    if slug := asked.get("challenge", ""):
        found = found.filter(challenge__slug=slug)
    if state := asked.get("state", ""):
        found = found.filter(state=state)
    rows = page(found, order=ORDER, cursor=asked.get("after", ""), size=50)
    matches = matches_standing([place.pk for place in rows.rows])
    position = [Column("position", pick(text("예비 순번", "In line")), number=True)] if operates else []
    return Table(
        columns=[
            Column("startup", pick(text("기업", "Startup")), head=True),
            Column("challenge", pick(text("챌린지", "Challenge"))),
            Column("field", pick(text("분야", "Field"))),
            *position,
            Column("state", pick(text("상태", "State"))),
            Column("until", pick(text("확정 기한", "Confirm until"))),
            Column("demand", pick(text("매칭된 수요", "Matched demand"))),
        ],
        rows=[_row(place, matches.get(place.pk), operates) for place in rows.rows],
        caption=pick(text("참여 확정과 예비", "Places and reserves")),
        show_caption=False,
        filters=[
            Filter("q", pick(text("기업·접수번호", "Startup or number")), words),
            Filter(
                "state", pick(text("상태", "State")), state, [(key, pick(s.label)) for key, s in PLACE.states.items()]
            ),
        ],
        empty=Empty(
            pick(text("볼 수 있는 자리가 없습니다.", "There is no place to see.")),
            pick(
                text(
                    "선정 결과가 공개되면 선정 기업과 예비 기업의 자리가 이곳에 생깁니다.",
                    "With the release of a result, the selected and the reserves appear here.",
                )
            ),
        ),
        next=rows.next_cursor or "",
    )


def _row(place: Place, match: Match | None, operates: bool) -> dict[str, Any]:
    state = PLACE.state(place)
    row: dict[str, Any] = {
        "startup": Link(pick(place.startup.name), place.get_absolute_url(), place.application.number),
        "challenge": pick(place.challenge.name),
        "field": pick(place.field.name),
        "state": Badge(pick(state.label), state.kind),
        "until": place.confirm_by if place.state == "offered" else None,
        "demand": pick(match.demand.title) if match else "–",
    }
    return row | ({"position": place.position or "–"} if operates else {})


# --- one place -----------------------------------------------------------------------------------------------------


@require_safe
def place(request: ActedRequest, id: UUID) -> HttpResponse:
    """One place: how it stands, until when, with whom; what may be done next, or why not."""
    actor = request.actor
    found = access_place(actor, id)
    own, operates = bool(rules.is_startup(actor, found)), bool(rules.may_read_operation(actor, found))
    match = match_of(found)
    moves = _moves(actor, found) if own or operates else []
    context = {
        "place": found,
        "challenge": found.challenge,
        "state": PLACE.state(found),
        "own": own,
        "operates": operates,
        "match": match,
        "moves": moves,
        "matching": _matching_to_answer(found, match) if own else None,
        "why": _why_not_higher(found, match) if own or operates else [],
        "of_company": _outcome_for_company(actor, match),
        "next": _said_next(found, match, own=own, operates=operates),
        "replaced_by": found.replaced_by.select_related("startup", "application").first() if operates else None,
        "timeline": timeline(actor, found.pk, language()) if own or operates else [],
    }
    return render(request, "selection/place.html", context)


def _matching_to_answer(place: Place, match: Match | None) -> Matching | None:
    """The matching in which the startup may give its order now."""
    if place.state != "confirmed" or match is not None:
        return None
    matching = queries.matching_of(place.challenge)
    if matching is None or matching.state != "open":
        return None
    asked = matching_market.asked_places(place.challenge, matching_market.market_of(place.challenge))
    return matching if place.pk in {row.pk for row in asked} else None


def _why_not_higher(place: Place, match: Match | None) -> list[str]:
    """Of the matching that made its match; without one, of the newest that is released."""
    if place.state != "confirmed":
        return []
    matching = match.matching if match else queries.released_matching(place.challenge)
    return own_reasons(place, matching) if matching else []


def _outcome_for_company(actor: Actor, match: Match | None) -> str:
    """Where the company of the matched demand reads the outcome of the matching for it."""
    if match is None or match.demand.state != "published" or not may_prefer_as_demand(actor, match.demand):
        return ""
    return reverse("selection:prefer_as_demand", args=[match.matching_id, match.demand_id])


def _moves(actor: Actor, found: Place) -> list[dict[str, Any]]:
    """The buttons of this state, each with the rule's answer; only those that are one's own to press."""
    buttons: list[tuple[str, Text, Access, str]] = []
    for name, kind in (("confirm", "primary"), ("decline", ""), ("lapse", ""), ("give_up", "danger"), ("close", "")):
        move = PLACE.moves[name]
        if found.state in move.sources and move.who(actor, found):
            buttons.append((name, move.label, PLACE.may(name, actor, found), kind))
    if found.state in ("declined", "lapsed", "given_up") and rules.may_promote(actor, found):
        promote = text("다음 예비 기업에 제안", "Offer it to the next reserve")
        buttons.append(("promote", promote, rules.promotable(found), "primary"))
    return [
        {"label": label, "url": reverse(f"selection:place_{name}", args=[found.pk]), "access": access, "kind": kind}
        for name, label, access, kind in buttons
    ]


def _said_next(place: Place, match: Match | None, *, own: bool, operates: bool) -> Text:
    """What happens next, in one sentence."""
    if place.state == "offered":
        return (
            text(
                "대표자가 기한까지 참여를 확정해 주십시오. 기한이 지나면 다음 예비 기업에 차례가 넘어갑니다.",
                "The chief executive confirms the place in time; otherwise it goes to the next in line.",
            )
            if own
            else text("기업의 확정을 기다리고 있습니다.", "Waiting for the startup to confirm.")
        )
    if place.state == "reserve":
        return text(
            f"예비 {place.position}번입니다. 앞선 기업의 자리가 비면 차례대로 제안합니다.",
            f"Number {place.position} in line. A place that becomes free is offered in this order.",
        )
    if place.state == "confirmed" and match is None:
        return text("수요기업과의 매칭을 기다리고 있습니다.", "Waiting to be matched with a demand.")
    if place.state == "confirmed":
        return text("매칭이 확정되어 PoC 과제를 준비합니다.", "Matched: the PoC is being prepared.")
    if operates and place.state in ("declined", "lapsed", "given_up"):
        return text(
            "빈 자리는 승격 기간 안에 다음 예비 기업에 제안할 수 있습니다.",
            "The free place may be offered to the next reserve as long as promotion runs.",
        )
    return text("끝난 자리입니다.", "This place has ended.")


# --- pages with one action -----------------------------------------------------------------------------------------


class _OfPlace(ActionView):
    reach, row_name = access_place, "place"

    def extra(self, row: Place) -> dict[str, Any]:
        name = f"{pick(row.startup.name)} · {row.application.number}"
        return {"title": f"{pick(type(self).title)} · {name}"}


class Confirm(_OfPlace):
    action, may, who = actions.confirm_place, PLACE.asks("confirm"), PLACE.moves["confirm"].who
    title = text("참여 확정", "Confirm the place")
    consequence = text(
        "참여를 확정하면 수요기업과 매칭한 뒤 협약을 준비합니다. 확정한 뒤 포기하면 사유가 기록에 남습니다.",
        "Once confirmed you are matched with a demand and the agreement is prepared. Giving up later is put on record.",
    )
    button = text("참여 확정", "Confirm")
    done = text("참여를 확정했습니다.", "The place is confirmed.")


class Decline(_OfPlace):
    action, may, who, form = actions.decline_place, PLACE.asks("decline"), PLACE.moves["decline"].who, ReasonForm
    title = text("참여 포기", "Decline the place")
    consequence = text(
        "자리가 다음 예비 기업에 넘어갑니다. 되돌릴 수 없습니다.",
        "The place goes to the next in line. This cannot be undone.",
    )
    button = text("참여 포기", "Decline")
    done = text("참여를 포기했습니다.", "The place is declined.")
    danger = True


class Lapse(_OfPlace):
    action, may, who = actions.lapse_place, PLACE.asks("lapse"), PLACE.moves["lapse"].who
    title = text("기한 경과 처리", "Let the place lapse")
    consequence = text(
        "기한까지 확정하지 않은 자리를 비웁니다. 되돌릴 수 없습니다.",
        "The place was not confirmed in time and is emptied. This cannot be undone.",
    )
    button = text("기한 경과 처리", "Let it lapse")
    done = text("기한 경과로 처리했습니다.", "The place has lapsed.")
    danger = True


class GiveUp(_OfPlace):
    action, may, who, form = actions.give_up_place, PLACE.asks("give_up"), PLACE.moves["give_up"].who, ReasonForm
    title = text("확정한 자리 포기", "Give the place up")
    consequence = text(
        "매칭이 있으면 함께 끝나고, 자리는 다음 예비 기업에 넘어갈 수 있습니다. 되돌릴 수 없습니다.",
        "Its match ends with it, and the next reserve may take the place. This cannot be undone.",
    )
    template = "selection/give_up.html"
    button = text("자리 포기", "Give it up")
    done = text("자리를 포기했습니다.", "The place is given up.")
    danger = True

    def extra(self, row: Place) -> dict[str, Any]:
        """Those who run it see what it would change."""
        operates = rules.may_read_operation(self.request.actor, row)
        return {
            **super().extra(row),  # noqa: S610  (ours)
            "preview": preview_of_giving_up(row) if operates else None,
            "challenge": row.challenge,
            "may_amend": may_amend(self.request.actor, row.challenge),
        }


class Close(_OfPlace):
    action, may, who, form = actions.close_reserve, PLACE.asks("close"), PLACE.moves["close"].who, ReasonForm
    title = text("예비 종료", "Leave the reserve list")
    consequence = text("예비 순번에서 빠집니다. 되돌릴 수 없습니다.", "It leaves the list. This cannot be undone.")
    button = text("예비 종료", "Leave the list")
    done = text("예비를 종료했습니다.", "Off the reserve list.")
    danger = True


def _may_promote(actor: Actor, place: Place) -> Access:
    access = rules.may_promote(actor, place)
    return rules.promotable(place) if access else access


class Promote(_OfPlace):
    action, may, who = actions.promote_reserve, _may_promote, rules.may_promote
    title = text("다음 예비 기업에 제안", "Offer it to the next reserve")
    consequence = text(
        "다음 순번의 기업에 자리를 제안하고 확정 기한을 알립니다.",
        "The next in line is offered the place and told until when to confirm.",
    )
    button = text("제안", "Offer")
    done = text("예비 기업에 자리를 제안했습니다.", "The place is offered to the reserve.")

    def extra(self, row: Place) -> dict[str, Any]:
        reserve = queries.next_reserve(row)
        told = (
            text(
                f"다음 순번은 {pick(reserve.startup.name)} ({reserve.application.number})입니다.",
                f"Next in line: {pick(reserve.startup.name)} ({reserve.application.number}).",
            )
            if reserve
            else text("", "")
        )
        both = text(
            f"{told['ko']} {type(self).consequence['ko']}".strip(),
            f"{told['en']} {type(self).consequence['en']}".strip(),
        )
        return {**super().extra(row), "consequence": both}  # noqa: S610  (ours, not a queryset's)

    def after(self, row: Place, result: Place) -> str:
        return result.get_absolute_url()


class Export(FileView):
    """All places of a challenge with their matches as an Excel file, for a reason."""

    action, row_name, form = actions.export_places, "challenge", ReasonForm
    consequence = text(
        "참여 확정과 예비, 매칭의 목록을 내려받습니다. 누가 왜 내려받았는지 기록에 남습니다.",
        "The list of places, reserves and matches. Who downloads it, and why, is recorded.",
    )

    @staticmethod
    def reach(actor: Actor, slug: str) -> Challenge:
        return access_challenge(actor, slug)

    @staticmethod
    def who(actor: Actor, challenge: Challenge) -> Access:
        return runs(actor, challenge, *rules.RUN)

    def back(self, row: Challenge) -> str:
        return f"{reverse('selection:places')}?challenge={row.slug}"

    def file(self, challenge: Challenge) -> HttpResponse:
        rows: Collection[Place] = list(
            places_visible_to(self.request.actor).filter(challenge=challenge).order_by(*ORDER)
        )
        matches = matches_standing([row.pk for row in rows])
        name = f"{challenge.slug}_places_{in_seoul(clock.now()):%Y%m%d_%H%M}.xlsx"
        return download(workbook(rows, matches), name)
