"""Pages of meet-ups for those who run them: the list, one meet-up, its hours and tables. Its timetable before it is in
force: meeting_timetable_views; one side's own pages: meeting_side_views."""

from __future__ import annotations

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
from didimdol.kernel import clock
from didimdol.kernel.access import Access, require, signed_in
from didimdol.kernel.actor import Actor
from didimdol.kernel.pages import ActedRequest, ActionView
from didimdol.kernel.paging import page
from didimdol.kernel.problems import Invisible
from didimdol.kernel.words import Text, language, pick, text
from didimdol.people.models import Organisation
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import access_challenge, rules_of
from didimdol.programmes.timetables.pages import record_file
from didimdol.programmes.timetables.slots import first_hours
from didimdol.programmes.timetables.words import state_of
from didimdol.records.exporting import FileView
from didimdol.records.opening import opened
from didimdol.records.queries import timeline
from didimdol.records.spreadsheet import download
from didimdol.selection import actions
from didimdol.selection import meeting_rules as rules
from didimdol.selection.forms import ReasonForm
from didimdol.selection.meeting_board import answers_of, disturbed, standing_grid
from didimdol.selection.meeting_forms import NewTableForm, PlanForm, TableForm
from didimdol.selection.meeting_market import Facts, circle_of, facts_of
from didimdol.selection.meeting_queries import (
    Side,
    access_meet_up,
    access_table,
    meet_ups_visible_to,
    meetings_of,
    own_sides,
)
from didimdol.selection.meeting_slots import plan_of
from didimdol.selection.meeting_words import ENDS
from didimdol.selection.meeting_workbook import meetings_workbook
from didimdol.selection.models import Meeting, MeetingTable, MeetUp, Place
from didimdol.selection.openings import listed, opening
from didimdol.selection.place_rules import RUN
from didimdol.selection.states.meet_up import MEET_UP


@require_safe
def meet_ups(request: ActedRequest) -> HttpResponse:
    """The meet-ups of the challenges one runs, and those in which one's own startup or company takes part."""
    actor = request.actor
    require(signed_in(actor))
    slug, operates = request.GET.get("challenge", ""), any(grant.role in RUN for grant in actor.grants)
    sides = own_sides(actor, slug)
    context = {
        "table": _table(request) if operates else None,
        "sides": [_side(side) for side in sides],
        "operates": operates,
        "opening": opening(actor, slug, rules.may_open, rules.ready_to_open),
    }
    return render(request, "selection/meet_ups.html", context)


def shown_state(meet_up: MeetUp) -> Badge:
    """The state; while wishes were taken and the time is over, that."""
    if meet_up.state == "collecting" and rules.wishes_over(meet_up):
        return Badge(pick(text("희망 접수 마감", "Wishes are closed")), "warn")
    state = MEET_UP.state(meet_up)
    return Badge(pick(state.label), state.kind)


def days_text(meet_up: MeetUp) -> str:
    days = [day_text(day, short=number > 0) for number, day in enumerate(sorted(plan_of(meet_up).days))]
    return ", ".join(days)


def _side(side: Side) -> dict[str, Any]:
    row = side.row
    name = "meet_as_place" if isinstance(row, Place) else "meet_as_demand"
    return {
        "meet_up": side.meet_up,
        "state": shown_state(side.meet_up),
        "days": days_text(side.meet_up),
        "who": row.startup.name if isinstance(row, Place) else row.title,
        "url": reverse(f"selection:{name}", args=[side.meet_up.pk, row.pk]),
    }


def _table(request: ActedRequest) -> Table:
    return listed(
        request,
        meet_ups_visible_to(request.actor),
        MEET_UP,
        caption=text("밋업", "Meet-ups"),
        columns={"days": text("만나는 날", "Days"), "wishes": text("희망 접수 마감", "Wishes until")},
        cells=lambda row: {"days": days_text(row), "wishes": row.wishes_until, "state": shown_state(row)},
        empty=Empty(
            pick(text("아직 밋업이 없습니다.", "There is no meet-up yet.")),
            pick(
                text(
                    "선정 결과를 공개하면 선정 기업과 수요의 1:1 만남을 열 수 있습니다.",
                    "Once a result is released, its startups and demands can meet one to one.",
                )
            ),
        ),
    )


# --- one meet-up ---------------------------------------------------------------------------------------------------


@require_safe
def meet_up(request: ActedRequest, id: UUID) -> HttpResponse:
    """One meet-up: its hours and tables, who has answered, the timetable by table and slot and as a list."""
    actor = request.actor
    found = access_meet_up(actor, id)
    opened(actor, "meet-up", found)
    facts = facts_of(found)
    startups, demands = answers_of(facts)
    published = found.state in ("published", "over") or (found.state == "cancelled" and bool(found.schedule))
    runs = bool(rules.may_run(actor, found))
    context = {
        "meet_up": found,
        "challenge": found.challenge,
        "state": shown_state(found),
        "days": days_text(found),
        "plan": facts.plan,
        "startups": startups,
        "demands": demands,
        "missing": sum(answer.given_at is None for answer in (*startups, *demands)),
        "tables": _tables(found),
        "moves": _moves(actor, found, facts),
        "runs": runs,
        "changeable": runs and found.state in rules.UNDER_WAY,
        "asked": len(startups) + len(demands),
        "planned": runs and bool(rules.may_be_planned(found)),
        "absences": runs and bool(rules.takes_absences(found)),
        "disturbed": disturbed(found, facts),
        "grid": standing_grid(found, facts) if published else None,
        "list": _meetings_table(request, found, facts) if published else None,
        "timeline": timeline(actor, found.pk, language()),
        "filename": _filename(found),
    }
    return render(request, "selection/meet_up.html", context)


def _tables(found: MeetUp) -> list[MeetingTable]:
    return list(found.tables.select_related("company").order_by("company__created_at", "name"))


def _moves(actor: Actor, found: MeetUp, facts: Facts) -> list[dict[str, Any]]:
    """The buttons of this state, each with the rule's answer; only those that are one's own to press."""
    if not rules.may_run(actor, found):
        return []
    buttons: list[tuple[str, Text, Access, str]] = []
    if found.state == "draft":
        buttons.append(
            ("meet_up_collect", MEET_UP.moves["collect"].label, MEET_UP.may("collect", actor, found), "primary")
        )
    if rules.takes_timetable(found):
        changing = found.state == "published"
        label = (
            text("시간표 고치기", "Change the timetable") if changing else text("시간표 만들기", "Make the timetable")
        )
        wanted = disturbed(found, facts) > 0 if changing else rules.wishes_over(found)
        buttons.append(("timetable", label, rules.takes_timetable(found), "primary" if wanted else ""))
    if rules.may_be_planned(found):
        buttons.append(("meet_up_change", text("일정 고치기", "Change the hours"), rules.may_be_planned(found), ""))
    if found.state in MEET_UP.moves["cancel"].sources:
        buttons.append(("meet_up_cancel", MEET_UP.moves["cancel"].label, MEET_UP.may("cancel", actor, found), ""))
    return [
        {"label": label, "url": reverse(f"selection:{name}", args=[found.pk]), "access": access, "kind": kind}
        for name, label, access, kind in buttons
    ]


def _meetings_table(request: ActedRequest, found: MeetUp, facts: Facts) -> Table:
    asked = request.GET
    rows = meetings_of(found)
    if words := asked.get("q", "").strip():
        named = Q(place__startup__name__ko__icontains=words) | Q(place__startup__name__en__icontains=words)
        named |= Q(demand__title__ko__icontains=words) | Q(demand__title__en__icontains=words)
        rows = rows.filter(named | Q(place__application__number__icontains=words))
    days = {day.isoformat(): day for day in sorted(facts.plan.days)}
    if (day := asked.get("day", "")) in days:
        begins = datetime.combine(days[day], time.min, tzinfo=clock.KST)
        rows = rows.filter(starts_at__gte=begins, starts_at__lt=begins + timedelta(days=1))
    if (state := asked.get("state", "")) in ("planned", *ENDS):
        rows = rows.filter(ended_at__isnull=True) if state == "planned" else rows.filter(why=state)
    shown = page(rows, order=("starts_at",), cursor=asked.get("after", ""), size=50)
    states = {"planned": text("예정", "Planned"), **ENDS}
    return Table(
        columns=[
            Column("when", pick(text("시각", "Time"))),
            Column("table", pick(text("테이블", "Table"))),
            Column("startup", pick(text("기업", "Startup")), head=True),
            Column("demand", pick(text("수요", "Demand"))),
            Column("state", pick(text("상태", "State"))),
            Column("do", pick(text("할 일", "Action")), hide_label=True),
        ],
        rows=[_meeting(request.actor, row) for row in shown.rows],
        caption=pick(text("만남 목록", "The meetings")),
        show_caption=False,
        filters=[
            Filter("q", pick(text("기업·수요·접수번호", "Startup, demand or number")), words),
            Filter("day", pick(text("날", "Day")), day, [(key, day_text(value)) for key, value in days.items()]),
            Filter("state", pick(text("상태", "State")), state, [(key, pick(label)) for key, label in states.items()]),
        ],
        empty=Empty(pick(text("만남이 없습니다.", "There is no meeting."))),
        next=shown.next_cursor or "",
    )


def _meeting(actor: Actor, row: Meeting) -> dict[str, Any]:
    may = rules.may_run(actor, row.meet_up) and rules.may_be_cancelled(row)
    cancel = Link(pick(text("취소", "Cancel")), reverse("selection:meeting_cancel", args=[row.pk]))
    return {
        "when": row.starts_at,
        "table": row.table.name,
        "startup": Link(pick(row.place.startup.name), row.place.get_absolute_url(), row.place.application.number),
        "demand": pick(row.demand.title),
        "state": state_of(row.ends_at, ENDS[row.why] if row.why else None),
        "do": cancel if may else "",
    }


def _filename(found: MeetUp) -> str:
    return f"{found.challenge.slug}.meet-up-{found.number}.json"


@require_safe
def record(request: ActedRequest, id: UUID) -> JsonResponse:
    """To check the timetable without this server."""
    found = access_meet_up(request.actor, id)
    if not found.schedule:
        raise Invisible("meet-up record", id)
    opened(request.actor, "meet-up record", found)
    return record_file(found, _filename(found))


# --- planning ------------------------------------------------------------------------------------------------------


class Open(ActionView):
    action, row_name, form = actions.open_meet_up, "challenge", PlanForm
    template = "selection/meet_up_plan.html"
    title = text("밋업 열기", "Open a meet-up")
    consequence = text(
        "선정 기업과 같은 분야의 수요가 1:1로 만나는 날을 정합니다. 희망 접수를 열기 전에는 운영기관에만 보입니다.",
        "Set the days on which the selected startups meet the demands of their field. Only the operator sees it until the wishes are opened.",
    )
    button = text("저장", "Save")
    done = text("밋업을 준비했습니다. 테이블을 확인하고 희망 접수를 여십시오.", "The meet-up is prepared: check the tables, then open the wishes.")  # fmt: skip

    @staticmethod
    def reach(actor: Actor, slug: str) -> Challenge:
        return access_challenge(actor, slug)

    @staticmethod
    def who(actor: Actor, challenge: Challenge) -> Access:
        return rules.may_open(actor, challenge)

    @staticmethod
    def may(actor: Actor, challenge: Challenge) -> Access:
        return rules.ready_to_open(challenge)

    def make_form(self, row: Challenge, data: Any = None, files: Any = None) -> forms.Form:
        return PlanForm(data, initial=_first_plan(row))

    def back(self, row: Challenge) -> str:
        return f"{reverse('selection:meet_ups')}?challenge={row.slug}"

    def after(self, row: Challenge, result: MeetUp) -> str:
        return result.get_absolute_url()


def _first_plan(challenge: Challenge) -> dict[str, Any]:
    """What the form begins with: a day in ten business days, wishes until five before it."""
    found = first_hours(10, 5)
    return {**found, "minutes": rules_of(challenge).matching.meeting_minutes, "wishes_until": found.get("until")}


class ChangePlan(ActionView):
    action, reach, row_name, form = actions.change_meet_up, access_meet_up, "meet_up", PlanForm
    who = rules.may_run
    template = "selection/meet_up_plan.html"
    title = text("밋업 일정 고치기", "Change the meet-up")
    consequence = text(
        "희망을 받는 동안 날이나 시간을 바꾸면 모두에게 알립니다. 이미 적은 희망과 참석할 수 없는 시간은 남습니다.",
        "While wishes are taken, other days or hours are told to everybody. Wishes and absences that were given stay.",
    )
    button = text("저장", "Save")
    done = text("일정을 고쳤습니다.", "The meet-up is changed.")

    @staticmethod
    def may(actor: Actor, row: MeetUp) -> Access:
        return rules.may_be_planned(row)

    def make_form(self, row: MeetUp, data: Any = None, files: Any = None) -> forms.Form:
        return PlanForm(data, initial=PlanForm.shown(plan_of(row)))


class AddTable(ActionView):
    action, reach, row_name = actions.add_table, access_meet_up, "meet_up"
    who = rules.may_run
    title = text("테이블 더하기", "Add a table")
    consequence = text(
        "수요기업의 테이블이 둘이면 그 기업의 두 수요가 같은 시간에 만날 수 있습니다.",
        "With two tables, two demands of a company can meet at the same time.",
    )
    button = text("더하기", "Add")
    done = text("테이블을 더했습니다.", "The table is added.")

    @staticmethod
    def may(actor: Actor, row: MeetUp) -> Access:
        return rules.may_be_planned(row)

    def make_form(self, row: MeetUp, data: Any = None, files: Any = None) -> forms.Form:
        circle = circle_of(row.challenge, with_reserves=row.with_reserves)
        companies: dict[UUID, Organisation] = {demand.company_id: demand.company for demand in circle.demands}
        return NewTableForm(data, companies=list(companies.values()))


class _OfTable(ActionView):
    reach, row_name = access_table, "table"

    @staticmethod
    def who(actor: Actor, row: MeetingTable) -> Access:
        return rules.may_run(actor, row.meet_up)

    def extra(self, row: MeetingTable) -> dict[str, Any]:
        return {"title": f"{pick(type(self).title)} · {row.name} · {pick(row.company.name)}"}


class ChangeTable(_OfTable):
    action, form = actions.change_table, TableForm
    title = text("테이블 고치기", "Change the table")
    consequence = text(
        "시간표를 공개한 뒤에 고치면 이 테이블에서 만나는 사람에게 알립니다.",
        "Once the timetable is published, those who meet here are told.",
    )
    button = text("저장", "Save")
    done = text("테이블을 고쳤습니다.", "The table is changed.")

    def make_form(self, row: MeetingTable, data: Any = None, files: Any = None) -> forms.Form:
        return TableForm(data, initial={"name": row.name, "link": row.link})


class RemoveTable(_OfTable):
    action = actions.remove_table
    title = text("테이블 빼기", "Remove the table")
    button = text("빼기", "Remove")
    done = text("테이블을 뺐습니다.", "The table is removed.")
    danger = True

    @staticmethod
    def may(actor: Actor, row: MeetingTable) -> Access:
        return rules.may_be_planned(row.meet_up)


class Collect(ActionView):
    action, reach, row_name = actions.collect_wishes, access_meet_up, "meet_up"
    who, may = rules.may_run, MEET_UP.asks("collect")
    title = text("희망 접수 열기", "Open the wishes")
    consequence = text(
        "참가하는 모든 기업과 수요기업에 알리고, 마감까지 희망을 받습니다. 적은 희망은 상대에게 보이지 않습니다.",
        "All startups and demand companies that take part are told, and may say their wishes until the closing. Neither side sees the other's.",
    )
    button = text("지금 열기", "Open now")
    done = text("희망 접수를 열었습니다.", "Wishes are taken now.")


class Cancel(ActionView):
    action, reach, row_name, form = actions.cancel_meet_up, access_meet_up, "meet_up", ReasonForm
    who, may = rules.may_run, MEET_UP.asks("cancel")
    title = text("밋업 취소", "Call the meet-up off")
    consequence = text(
        "예정된 만남이 모두 취소되고, 알고 있던 모두에게 알립니다. 되돌릴 수 없습니다.",
        "No meeting of it takes place, and everybody who knows of it is told. This cannot be undone.",
    )
    button = text("밋업 취소", "Call it off")
    done = text("밋업을 취소했습니다.", "The meet-up is called off.")
    danger = True


class Export(FileView):
    """All meetings as an Excel file, for a reason."""

    action, reach, row_name, form = actions.export_meetings, access_meet_up, "meet_up", ReasonForm
    who = rules.may_read
    consequence = text(
        "모든 만남의 시간표를 내려받습니다. 누가 왜 내려받았는지 기록에 남습니다.",
        "The timetable of all meetings. Who downloads it, and why, is recorded.",
    )

    def file(self, found: MeetUp) -> HttpResponse:
        name = f"{found.challenge.slug}_meetings_{in_seoul(clock.now()):%Y%m%d_%H%M}.xlsx"
        return download(meetings_workbook(meetings_of(found)), name)


__all__ = [
    "AddTable", "Cancel", "ChangePlan", "ChangeTable", "Collect", "Export", "Open", "RemoveTable", "days_text", "meet_up",
    "meet_ups", "record", "shown_state",
]  # fmt: skip
