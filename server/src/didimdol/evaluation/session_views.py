"""Pages of a round's presentations for those who conduct it: hours and rooms, who has answered, the timetable. Before it is
in force: session_timetable_views; evaluators' and applicants' own pages: session_side_views."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from didimdol.design.parts import Badge, Column, Empty, Filter, Link, Table
from didimdol.design.texts import day_text, in_seoul
from didimdol.evaluation import actions, queries
from didimdol.evaluation import rules as round_rules
from didimdol.evaluation import session_rules as rules
from didimdol.evaluation.forms import ReasonForm
from didimdol.evaluation.models import PanelSession, Round, SessionPlan, SessionRoom
from didimdol.evaluation.session_board import answers_of, standing_grid
from didimdol.evaluation.session_forms import SessionHoursForm, SessionRoomForm
from didimdol.evaluation.session_hours import first_hours, hours_of
from didimdol.evaluation.session_problem import Facts, facts_of, to_be_moved
from didimdol.evaluation.session_queries import access_plan, access_room, sessions_of
from didimdol.evaluation.session_states import SESSION_PLAN
from didimdol.evaluation.session_words import ENDS, end_of, title_of
from didimdol.evaluation.session_workbook import sessions_workbook
from didimdol.kernel import clock
from didimdol.kernel.access import Access
from didimdol.kernel.actor import Actor
from didimdol.kernel.pages import ActedRequest, ActionView
from didimdol.kernel.paging import page
from didimdol.kernel.problems import Invisible
from didimdol.kernel.words import Text, language, pick, text
from didimdol.programmes.timetables.pages import record_file
from didimdol.programmes.timetables.words import state_of
from didimdol.records.exporting import FileView
from didimdol.records.opening import opened
from didimdol.records.queries import timeline
from didimdol.records.spreadsheet import download


def shown_state(plan: SessionPlan) -> Badge:
    """The state; while absences were asked for and the time is over, that."""
    if plan.state == "asking" and rules.answers_over(plan):
        return Badge(pick(text("답변 마감", "Answers are closed")), "warn")
    state = SESSION_PLAN.state(plan)
    return Badge(pick(state.label), state.kind)


def days_text(plan: SessionPlan) -> str:
    return ", ".join(day_text(day, short=number > 0) for number, day in enumerate(sorted(hours_of(plan).days)))


@require_safe
def sessions(request: ActedRequest, id: UUID) -> HttpResponse:
    """One round's presentations: hours and rooms, who has answered, the timetable by room and slot and as a list."""
    actor = request.actor
    plan = access_plan(actor, id)
    opened(actor, "sessions", plan)
    facts = facts_of(plan)
    evaluators, applicants = answers_of(facts)
    runs = bool(rules.may_run(actor, plan))
    published = bool(plan.schedule)
    rows = list(sessions_of(plan).filter(ended_at__isnull=True)) if published else []
    disturbed = len(to_be_moved(facts)) if plan.state == "published" else 0
    context = {
        "plan": plan,
        "round": plan.round,
        "challenge": plan.round.challenge,
        "title": title_of(plan),
        "state": shown_state(plan),
        "days": days_text(plan),
        "rooms": facts.rooms,
        "evaluators": evaluators,
        "applicants": applicants,
        "missing": sum(answer.given_at is None for answer in (*evaluators, *applicants)),
        "moves": _moves(actor, plan, disturbed) if runs else [],
        "runs": runs,
        "changeable": runs and plan.state in rules.UNDER_WAY,
        "asked": len(evaluators) + len(applicants),
        "planned": runs and bool(rules.may_be_planned(plan)),
        "absences": runs and bool(rules.takes_absences(plan)),
        "disturbed": disturbed,
        "unplaced": len({row.pk for row in facts.applications} - {row.application_id for row in rows})
        if published
        else 0,
        "grid": standing_grid(facts, rows) if published else None,
        "list": _table(request, plan, facts) if published else None,
        "timeline": timeline(actor, plan.pk, language()),
        "filename": _filename(plan),
    }
    return render(request, "evaluation/sessions.html", context)


def _moves(actor: Actor, plan: SessionPlan, disturbed: int) -> list[dict[str, Any]]:
    """The buttons of this state, each with the rule's answer."""
    buttons: list[tuple[str, Text, Access, str]] = []
    if plan.state == "draft":
        buttons.append(("ask-sessions", SESSION_PLAN.moves["ask"].label, SESSION_PLAN.may("ask", actor, plan), ""))
    if plan.state in rules.UNDER_WAY:
        changing = plan.state == "published"
        label = (
            text("시간표 고치기", "Change the timetable") if changing else text("시간표 만들기", "Make the timetable")
        )
        wanted = disturbed > 0 if changing else plan.state == "draft" or rules.answers_over(plan)
        takes = rules.takes_timetable(plan)
        buttons.append(("session-timetable", label, takes, "primary" if wanted else ""))
    if rules.may_be_planned(plan):
        buttons.append(("change-sessions", text("일정 고치기", "Change the hours"), rules.may_be_planned(plan), ""))
    if plan.state in rules.UNDER_WAY:
        cancel = SESSION_PLAN.moves["cancel"].label
        buttons.append(("cancel-sessions", cancel, SESSION_PLAN.may("cancel", actor, plan), ""))
    return [
        {"label": label, "url": reverse(f"evaluation:{name}", args=[plan.pk]), "access": access, "kind": kind}
        for name, label, access, kind in buttons
    ]


def _table(request: ActedRequest, plan: SessionPlan, facts: Facts) -> Table:
    asked = request.GET
    rows = sessions_of(plan)
    if words := asked.get("q", "").strip():
        named = Q(application__startup__name__ko__icontains=words) | Q(application__startup__name__en__icontains=words)
        rows = rows.filter(named | Q(application__number__icontains=words))
    days = {day.isoformat(): day for day in sorted(facts.hours.days)}
    if (day := asked.get("day", "")) in days:
        begins = datetime.combine(days[day], time.min, tzinfo=clock.KST)
        rows = rows.filter(starts_at__gte=begins, starts_at__lt=begins + timedelta(days=1))
    if (state := asked.get("state", "")) in ("planned", *ENDS):
        rows = rows.filter(ended_at__isnull=True) if state == "planned" else rows.filter(why=state)
    shown = page(rows, order=("starts_at",), cursor=asked.get("after", ""), size=50)
    states = {"planned": text("예정", "Planned"), **ENDS}
    panels = _panel_names(facts)
    return Table(
        columns=[
            Column("when", pick(text("시각", "Time"))),
            Column("room", pick(text("발표장", "Room"))),
            Column("who", pick(text("신청", "Application")), head=True),
            Column("panel", pick(text("평가위원", "Panel"))),
            Column("state", pick(text("상태", "State"))),
        ],
        rows=[_row(row, panels) for row in shown.rows],
        caption=pick(text("발표 목록", "The presentations")),
        show_caption=False,
        filters=[
            Filter("q", pick(text("기업·접수번호", "Startup or number")), words),
            Filter("day", pick(text("날", "Day")), day, [(key, day_text(value)) for key, value in days.items()]),
            Filter("state", pick(text("상태", "State")), state, [(key, pick(label)) for key, label in states.items()]),
        ],
        empty=Empty(pick(text("발표가 없습니다.", "There is no presentation."))),
        next=shown.next_cursor or "",
    )


def _row(row: PanelSession, panels: dict[UUID, list[str]]) -> dict[str, Any]:
    startup = pick(row.application.startup.name)
    return {
        "when": row.starts_at,
        "room": row.room.name,
        "who": Link(row.application.number, row.application.get_absolute_url(), startup),
        "panel": ", ".join(panels.get(row.application_id, ())) or "–",
        "state": state_of(row.ends_at, end_of(row)),
    }


def _panel_names(facts: Facts) -> dict[UUID, list[str]]:
    names = {seat.pk: seat.person.name for seat in facts.seats}
    found: dict[UUID, list[str]] = defaultdict(list)
    for application, seats in facts.panels.items():
        found[application] = sorted(names[seat] for seat in seats if seat in names)
    return found


def _filename(plan: SessionPlan) -> str:
    return f"{plan.round.challenge.slug}.{plan.round.stage}.sessions.json"


@require_safe
def record(request: ActedRequest, id: UUID) -> JsonResponse:
    """To check the timetable without this server."""
    plan = access_plan(request.actor, id)
    if not plan.schedule:
        raise Invisible("session record", id)
    opened(request.actor, "session record", plan)
    return record_file(plan, _filename(plan))


# --- planning ------------------------------------------------------------------------------------------------------


class PlanSessions(ActionView):
    action, reach, row_name = actions.plan_sessions, queries.conducted_round, "round"
    who = round_rules.conducts
    template = "evaluation/session_hours.html"
    title = text("발표 시간표 계획", "Plan the presentations")
    consequence = text(
        "신청 기업이 평가위원 앞에서 발표하는 날과 시간을 정합니다. 알리기 전에는 운영기관에만 보입니다.",
        "Set the days and hours on which applicants present to their panels. Only the operator sees it until you tell.",
    )
    button = text("저장", "Save")
    done = text("발표 일정을 준비했습니다. 발표장을 확인하십시오.", "The hours are set: check the rooms now.")

    @staticmethod
    def may(actor: Actor, row: Round) -> Access:
        return rules.ready_to_open(row)

    def make_form(self, row: Round, data: Any = None, files: Any = None) -> forms.Form:
        return SessionHoursForm(data, initial=first_hours(row))

    def after(self, row: Round, result: SessionPlan) -> str:
        return result.get_absolute_url()


class _OfPlan(ActionView):
    reach, row_name, who = access_plan, "sessions", rules.may_run


class _Planned(_OfPlan):
    @staticmethod
    def may(actor: Actor, row: SessionPlan) -> Access:
        return rules.may_be_planned(row)


class ChangeSessions(_Planned):
    action = actions.change_sessions
    template = "evaluation/session_hours.html"
    title = text("발표 일정 고치기", "Change the hours")
    consequence = text(
        "참석할 수 없는 시간을 묻는 동안 날이나 시간을 바꾸면 모두에게 알립니다. 이미 받은 답은 남습니다.",
        "While absences are asked for, other days or hours are told to everybody. Answers that were given stay.",
    )
    button = text("저장", "Save")
    done = text("일정을 고쳤습니다.", "The hours are changed.")

    def make_form(self, row: SessionPlan, data: Any = None, files: Any = None) -> forms.Form:
        return SessionHoursForm(data, initial=SessionHoursForm.shown(hours_of(row)))


class AddRoom(_Planned):
    action, form = actions.add_session_room, SessionRoomForm
    title = text("발표장 더하기", "Add a room")
    consequence = text(
        "발표장이 둘이면 두 평가위원회가 같은 시간에 심사할 수 있습니다.",
        "With two rooms, two panels can sit at a time.",
    )
    button = text("더하기", "Add")
    done = text("발표장을 더했습니다.", "The room is added.")


class Ask(_OfPlan):
    action, may = actions.ask_session_absences, SESSION_PLAN.asks("ask")
    title = text("참석할 수 없는 시간 묻기", "Ask for absences")
    consequence = text(
        "모든 평가위원과 신청 기업에 일정을 알리고, 마감까지 참석할 수 없는 시간을 받습니다. 서로의 답은 보이지 않습니다.",
        "All evaluators and applicants are told the hours and say until the closing when they cannot. Nobody sees another's answer.",
    )
    button = text("지금 묻기", "Ask now")
    done = text("참석할 수 없는 시간을 물었습니다.", "Absences are asked for.")


class Cancel(_OfPlan):
    action, form, may = actions.cancel_sessions, ReasonForm, SESSION_PLAN.asks("cancel")
    title = text("발표 시간표 취소", "Call the timetable off")
    consequence = text(
        "정해진 발표 시간이 모두 없던 것이 되고, 알고 있던 모두에게 알립니다. 되돌릴 수 없으며, 새로 계획할 수 있습니다.",
        "No time of it holds any more, and everybody who knows of it is told. This cannot be undone; another may be planned.",
    )
    button = text("시간표 취소", "Call it off")
    done = text("발표 시간표를 취소했습니다.", "The timetable is called off.")
    danger = True


class _OfRoom(ActionView):
    reach, row_name = access_room, "room"

    @staticmethod
    def who(actor: Actor, row: SessionRoom) -> Access:
        return rules.may_run(actor, row.plan)

    def extra(self, row: SessionRoom) -> dict[str, Any]:
        return {"title": f"{pick(type(self).title)} · {row.name}"}


class ChangeRoom(_OfRoom):
    action, form = actions.change_session_room, SessionRoomForm
    title = text("발표장 고치기", "Change the room")
    consequence = text(
        "시간표를 공개한 뒤에 고치면 이 발표장에 오는 사람에게 알립니다.",
        "Once the timetable is published, those who come here are told.",
    )
    button = text("저장", "Save")
    done = text("발표장을 고쳤습니다.", "The room is changed.")

    def make_form(self, row: SessionRoom, data: Any = None, files: Any = None) -> forms.Form:
        return SessionRoomForm(data, initial={"name": row.name, "link": row.link})


class RemoveRoom(_OfRoom):
    action = actions.remove_session_room
    title = text("발표장 빼기", "Remove the room")
    button = text("빼기", "Remove")
    done = text("발표장을 뺐습니다.", "The room is removed.")
    danger = True

    @staticmethod
    def may(actor: Actor, row: SessionRoom) -> Access:
        return rules.room_leaves(row)


class Export(FileView):
    """All presentations as an Excel file, for a reason."""

    action, reach, row_name, form = actions.export_sessions, access_plan, "sessions", ReasonForm
    who = rules.may_read
    consequence = text(
        "모든 발표의 시간표와 평가위원을 내려받습니다. 누가 왜 내려받았는지 기록에 남습니다.",
        "The timetable of all presentations with their panels. Who downloads it, and why, is recorded.",
    )

    def file(self, plan: SessionPlan) -> HttpResponse:
        name = f"{plan.round.challenge.slug}_{plan.round.stage}_{in_seoul(clock.now()):%Y%m%d_%H%M}.xlsx"
        return download(sessions_workbook(sessions_of(plan), _panel_names(facts_of(plan))), name)


__all__ = [
    "AddRoom", "Ask", "Cancel", "ChangeRoom", "ChangeSessions", "Export", "PlanSessions", "RemoveRoom", "days_text", "record",
    "sessions", "shown_state",
]  # fmt: skip
