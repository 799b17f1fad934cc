"""A meet-up as one side sees it: its wishes, then its own meetings and nobody else's; and absences, cancelling, files."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from didimdol.demands.models import Demand
from didimdol.design.texts import in_seoul
from didimdol.kernel import clock
from didimdol.kernel.access import Access, require
from didimdol.kernel.actor import Actor
from didimdol.kernel.pages import ActedRequest, ActionView
from didimdol.kernel.words import Text, pick, text
from didimdol.programmes.timetables import calendar_file
from didimdol.programmes.timetables.forms import AbsenceForm
from didimdol.programmes.timetables.pages import AbsencesView
from didimdol.programmes.timetables.slots import covered, times_of
from didimdol.records.spreadsheet import download
from didimdol.selection import actions
from didimdol.selection import meeting_rules as rules
from didimdol.selection.forms import ReasonForm
from didimdol.selection.meeting_forms import WishesForm
from didimdol.selection.meeting_market import circle_of
from didimdol.selection.meeting_queries import (
    access_as_demand,
    access_as_place,
    access_meet_up,
    access_meeting,
    meetings_of,
    side_for_operator,
    wish_of,
)
from didimdol.selection.meeting_slots import plan_of
from didimdol.selection.meeting_views import days_text, shown_state
from didimdol.selection.meeting_words import ENDS, event_of
from didimdol.selection.meeting_workbook import meetings_workbook
from didimdol.selection.models import Meeting, MeetUp, Place

Own = Place | Demand


def _keywords(row: Own) -> dict[str, Any]:
    return {"place": row} if isinstance(row, Place) else {"demand": row}


class _Absences(AbsencesView):
    template = "selection/meeting_absence.html"
    done: Text = text("참석할 수 없는 시간을 받았습니다.", "We have noted when you cannot come.")

    def asks(self, meet_up: MeetUp) -> Access:
        return rules.takes_absences(meet_up)

    def make_form(self, meet_up: MeetUp, row: Own, data: Any = None) -> forms.Form:
        return AbsenceForm(data, **self.absences(meet_up, row))

    def absences(self, meet_up: MeetUp, row: Own) -> dict[str, Any]:
        times = times_of(plan_of(meet_up))
        wish = wish_of(meet_up, **_keywords(row))
        return {"times": times, "away": covered(times, wish.away) if wish else ()}

    def store(self, meet_up: MeetUp, row: Own, cleaned: dict[str, Any]) -> None:
        actions.tell_absence(actor=self.request.actor, meet_up=meet_up, **_keywords(row), **cleaned)

    def context(self, meet_up: MeetUp, row: Own) -> dict[str, Any]:
        return {}

    def show(self, meet_up: MeetUp, row: Own, form: forms.Form, status: int = 200) -> HttpResponse:
        context = {
            "meet_up": meet_up,
            "challenge": meet_up.challenge,
            "state": shown_state(meet_up),
            "days": days_text(meet_up),
            "row": row,
            "who": row.startup.name if isinstance(row, Place) else row.title,
            "of_startup": isinstance(row, Place),
            "form": form,
            "access": self.asks(meet_up),
            **self.context(meet_up, row),
        }
        return render(self.request, self.template, context, status=status)

    def said(self, meet_up: MeetUp) -> Text:
        return self.done


class Absence(_Absences):
    """Of any side, written down by the coordinator for somebody who called."""

    def side(self, id: UUID, side: UUID) -> tuple[MeetUp, Own]:
        meet_up = access_meet_up(self.request.actor, id)
        require(rules.may_run(self.request.actor, meet_up))
        return meet_up, side_for_operator(meet_up, side)

    def after(self, meet_up: MeetUp, row: Own) -> str:
        return meet_up.get_absolute_url()


class _OwnMeetings(_Absences):
    """While wishes are taken: the wishes. Afterwards: the own meetings, and absences that come up; the wishes still of a
    startup that came only then, and of the demands about it."""

    template = "selection/own_meetings.html"
    wishing: Access

    def side(self, id: UUID, side: UUID) -> tuple[MeetUp, Own]:
        meet_up, row = self.own(id, side)
        self.wishing = rules.takes_wishes_of(meet_up, **_keywords(row))
        return meet_up, row

    def own(self, id: UUID, side: UUID) -> tuple[MeetUp, Own]:
        raise NotImplementedError

    def asks(self, meet_up: MeetUp) -> Access:
        return self.wishing if self.wishing or meet_up.state == "collecting" else rules.takes_absences(meet_up)

    def make_form(self, meet_up: MeetUp, row: Own, data: Any = None) -> forms.Form:
        if not self.wishing:
            return super().make_form(meet_up, row, data)
        wish = wish_of(meet_up, **_keywords(row))
        words = wish.words if wish else {}
        return WishesForm(data, others=self.others(meet_up, row), words=words, **self.absences(meet_up, row))

    def others(self, meet_up: MeetUp, row: Own) -> Any:
        circle = circle_of(meet_up.challenge, with_reserves=meet_up.with_reserves)
        if isinstance(row, Place):
            return circle.reach_of(row)
        late = not rules.takes_wishes(meet_up)
        return rules.newcomers(meet_up, demand=row) if late else circle.within_reach(row)

    def store(self, meet_up: MeetUp, row: Own, cleaned: dict[str, Any]) -> None:
        if self.wishing:
            actions.give_meeting_wishes(actor=self.request.actor, meet_up=meet_up, **_keywords(row), **cleaned)
        else:
            super().store(meet_up, row, cleaned)

    def said(self, meet_up: MeetUp) -> Text:
        if self.wishing and meet_up.state == "collecting":
            return text("희망을 받았습니다.", "Your wishes are in.")
        if self.wishing:
            return text(
                "희망을 받았습니다. 간사가 빈 시간에 만남을 놓으면 알려 드립니다.",
                "Your wishes are in. You are told when the coordinator has placed meetings in free slots.",
            )
        return text(
            "참석할 수 없는 시간을 받았습니다. 간사가 만남을 옮기면 알려 드립니다.",
            "We have noted when you cannot come. You are told when the coordinator has moved the meetings.",
        )

    def context(self, meet_up: MeetUp, row: Own) -> dict[str, Any]:
        published = meet_up.published_at is not None
        own = list(meetings_of(meet_up, **_keywords(row))) if published else []
        wish = wish_of(meet_up, **_keywords(row))
        name = "meet_as_place" if isinstance(row, Place) else "meet_as_demand"
        return {
            "published": published,
            "wishing": self.wishing,
            "late": bool(self.wishing) and not rules.takes_wishes(meet_up),
            "wish": wish if wish and wish.given_at else None,
            "days_of": _by_day([meeting for meeting in own if meeting.ended_at is None]),
            "ended": [(meeting, ENDS[meeting.why]) for meeting in own if meeting.why],
            "calendar_url": reverse(f"selection:{name}_calendar", args=[meet_up.pk, row.pk]),
            "export_url": reverse(f"selection:{name}_export", args=[meet_up.pk, row.pk]),
        }


def _by_day(rows: list[Meeting]) -> list[tuple[Any, list[tuple[Meeting, Access]]]]:
    days: dict[Any, list[tuple[Meeting, Access]]] = {}
    for row in rows:
        days.setdefault(in_seoul(row.starts_at).date(), []).append((row, rules.may_be_cancelled(row)))
    return list(days.items())


class AsPlace(_OwnMeetings):
    def own(self, id: UUID, side: UUID) -> tuple[MeetUp, Own]:
        return access_as_place(self.request.actor, id, side)


class AsDemand(_OwnMeetings):
    def own(self, id: UUID, side: UUID) -> tuple[MeetUp, Own]:
        return access_as_demand(self.request.actor, id, side)


# --- files ---------------------------------------------------------------------------------------------------------


def _own_meetings(meet_up: MeetUp, row: Own) -> list[Meeting]:
    return list(meetings_of(meet_up, **_keywords(row))) if meet_up.published_at else []


def _calendar(meet_up: MeetUp, row: Own) -> HttpResponse:
    events = [event_of(meeting, of_startup=isinstance(row, Place)) for meeting in _own_meetings(meet_up, row)]
    return calendar_file.answer(events, f"{meet_up.challenge.slug}_meetings.ics")


def _export(meet_up: MeetUp, row: Own) -> HttpResponse:
    name = f"{meet_up.challenge.slug}_meetings_{in_seoul(clock.now()):%Y%m%d_%H%M}.xlsx"
    return download(meetings_workbook(_own_meetings(meet_up, row)), name)


@require_safe
def place_calendar(request: ActedRequest, id: UUID, side: UUID) -> HttpResponse:
    return _calendar(*access_as_place(request.actor, id, side))


@require_safe
def demand_calendar(request: ActedRequest, id: UUID, side: UUID) -> HttpResponse:
    return _calendar(*access_as_demand(request.actor, id, side))


@require_safe
def place_export(request: ActedRequest, id: UUID, side: UUID) -> HttpResponse:
    return _export(*access_as_place(request.actor, id, side))


@require_safe
def demand_export(request: ActedRequest, id: UUID, side: UUID) -> HttpResponse:
    return _export(*access_as_demand(request.actor, id, side))


# --- one meeting ---------------------------------------------------------------------------------------------------


class CancelMeeting(ActionView):
    """By either side, or by those who run it."""

    action, reach, row_name, form = actions.cancel_meeting, access_meeting, "meeting", ReasonForm
    who = rules.may_cancel
    title = text("만남 취소", "Cancel the meeting")
    consequence = text(
        "상대와 운영기관에 알립니다. 되돌릴 수 없습니다. 시간만 맞지 않으면 취소하지 말고 참석할 수 없는 시간을 적어 주십시오.",
        "The other side and the operator are told. This cannot be undone. If it is only the time, tell instead when you cannot come.",
    )
    button = text("만남 취소", "Cancel the meeting")
    done = text("만남을 취소했습니다.", "The meeting is cancelled.")
    danger = True

    @staticmethod
    def may(actor: Actor, row: Meeting) -> Access:
        return rules.may_be_cancelled(row)

    def extra(self, row: Meeting) -> dict[str, Any]:
        return {"title": f"{pick(type(self).title)} · {pick(row.place.startup.name)} – {pick(row.demand.title)}"}

    def back(self, row: Meeting) -> str:
        actor = self.request.actor
        if rules.is_side(actor, place=row.place):
            return reverse("selection:meet_as_place", args=[row.meet_up_id, row.place_id])
        if rules.is_side(actor, demand=row.demand):
            return reverse("selection:meet_as_demand", args=[row.meet_up_id, row.demand_id])
        return row.get_absolute_url()


__all__ = [
    "Absence", "AsDemand", "AsPlace", "CancelMeeting", "demand_calendar", "demand_export", "place_calendar", "place_export",
]  # fmt: skip
