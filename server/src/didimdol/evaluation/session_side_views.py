"""Presentations as their own see them: an evaluator the sessions of the applications they judge, an applicant the one of its
own and nobody else's, neither other applicants nor who judges; and absences."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from didimdol.applications.models import Application
from didimdol.design.texts import in_seoul
from didimdol.evaluation import actions
from didimdol.evaluation import session_rules as rules
from didimdol.evaluation.models import PanelSession, Seat, SessionPlan
from didimdol.evaluation.queries import is_blind
from didimdol.evaluation.session_hours import hours_of, presentation_of
from didimdol.evaluation.session_queries import (
    access_as_applicant,
    access_as_evaluator,
    access_plan,
    sessions_of,
    sessions_of_evaluator,
    whose_absence,
)
from didimdol.evaluation.session_views import days_text, shown_state
from didimdol.evaluation.session_words import end_of, event_of, title_of
from didimdol.kernel.access import Access, require
from didimdol.kernel.pages import ActedRequest
from didimdol.kernel.words import Text, pick, text
from didimdol.programmes.timetables import calendar_file
from didimdol.programmes.timetables.forms import AbsenceForm
from didimdol.programmes.timetables.pages import AbsencesView
from didimdol.programmes.timetables.slots import covered, times_of

Own = Seat | Application


def _keywords(row: Own) -> dict[str, Any]:
    return {"seat": row} if isinstance(row, Seat) else {"application": row}


class _Absences(AbsencesView):
    template = "evaluation/own_sessions.html"

    def context(self, plan: SessionPlan, row: Own) -> dict[str, Any]:
        return {}

    def asks(self, plan: SessionPlan) -> Access:
        return rules.takes_absences(plan)

    def store(self, plan: SessionPlan, row: Own, cleaned: dict[str, Any]) -> None:
        actions.tell_session_absence(actor=self.request.actor, sessions=plan, **_keywords(row), **cleaned)

    def said(self, plan: SessionPlan) -> Text:
        return _DONE

    def make_form(self, plan: SessionPlan, row: Own, data: Any = None) -> forms.Form:
        times, given = times_of(hours_of(plan)), rules.given_by(plan, **_keywords(row))
        return AbsenceForm(data, times=times, away=covered(times, given.away) if given else ())

    def show(self, plan: SessionPlan, row: Own, form: forms.Form, status: int = 200) -> HttpResponse:
        given = rules.given_by(plan, **_keywords(row))
        context = {
            "plan": plan,
            "challenge": plan.round.challenge,
            "title": title_of(plan),
            "state": shown_state(plan),
            "days": days_text(plan),
            "who": row.person.name if isinstance(row, Seat) else pick(row.startup.name),
            "form": form,
            "access": self.asks(plan),
            "given_at": given.given_at if given else None,
            **self.context(plan, row),
        }
        return render(self.request, self.template, context, status=status)


class Absence(_Absences):
    """Of anybody who takes part, written down by the coordinator for somebody who called."""

    template = "evaluation/session_absence.html"

    def side(self, id: UUID, whose: UUID) -> tuple[SessionPlan, Own]:
        plan = access_plan(self.request.actor, id)
        require(rules.may_run(self.request.actor, plan))
        return plan, whose_absence(plan, whose)

    def after(self, plan: SessionPlan, row: Own) -> str:
        return plan.get_absolute_url()


class OwnSessions(_Absences):
    """An evaluator's."""

    def side(self, id: UUID) -> tuple[SessionPlan, Own]:
        return access_as_evaluator(self.request.actor, id)

    def context(self, plan: SessionPlan, row: Own) -> dict[str, Any]:
        found = list(sessions_of_evaluator(self.request.actor, plan)) if plan.schedule else []
        return {
            "sessions": _shown(found, named=not is_blind(plan.round)),
            "calendar_url": reverse("evaluation:own-sessions-calendar", args=[plan.pk]),
            "back_url": plan.round.get_absolute_url(),
        }


class OwnPresentation(_Absences):
    """An applicant's."""

    def side(self, id: UUID, application: UUID) -> tuple[SessionPlan, Own]:
        return access_as_applicant(self.request.actor, id, application)

    def context(self, plan: SessionPlan, row: Own) -> dict[str, Any]:
        assert isinstance(row, Application)
        found = list(sessions_of(plan).filter(application=row)) if plan.schedule else []
        return {
            "sessions": _shown(found, named=False),
            "presentation": presentation_of(plan.round),
            "applicant": True,
            "calendar_url": reverse("evaluation:own-presentation-calendar", args=[plan.pk, row.pk]),
            "back_url": row.get_absolute_url(),
        }


def _shown(rows: list[PanelSession], *, named: bool) -> dict[str, Any]:
    """By day, and those that ended. ``named``: with the startup's name."""
    days: dict[Any, list[tuple[PanelSession, str]]] = {}
    ended = []
    for row in rows:
        note = pick(row.application.startup.name) if named else ""
        why = end_of(row)
        if why is None:
            days.setdefault(in_seoul(row.starts_at).date(), []).append((row, note))
        else:
            ended.append((row, why))
    return {"days": list(days.items()), "ended": ended, "any": bool(rows)}


# --- files ---------------------------------------------------------------------------------------------------------


@require_safe
def evaluator_calendar(request: ActedRequest, id: UUID) -> HttpResponse:
    plan, _ = access_as_evaluator(request.actor, id)
    blind = is_blind(plan.round)
    rows = sessions_of_evaluator(request.actor, plan) if plan.schedule else ()
    events = [event_of(row, _who(row, blind)) for row in rows]
    return calendar_file.answer(events, f"{plan.round.challenge.slug}_sessions.ics")


def _who(row: PanelSession, blind: bool) -> str:
    return row.application.number if blind else f"{row.application.number} {pick(row.application.startup.name)}"


@require_safe
def applicant_calendar(request: ActedRequest, id: UUID, application: UUID) -> HttpResponse:
    plan, own = access_as_applicant(request.actor, id, application)
    rows = sessions_of(plan).filter(application=own) if plan.schedule else ()
    return calendar_file.answer([event_of(row, "") for row in rows], f"{plan.round.challenge.slug}_presentation.ics")


_DONE = text(
    "참석할 수 없는 시간을 받았습니다. 시간표가 나오거나 바뀌면 알려 드립니다.",
    "We have noted when you cannot come. You are told when there is a timetable, or when it changes.",
)

__all__ = ["Absence", "OwnPresentation", "OwnSessions", "applicant_calendar", "evaluator_calendar"]
