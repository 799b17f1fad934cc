"""A meet-up on the platform, before the matching: both sides' wishes, the timetable made and published."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db import transaction

from didimdol.kernel import clock
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.words import Text, text
from didimdol.rehearsal.world import World
from didimdol.selection.actions.meet_ups import collect_wishes, give_meeting_wishes, open_meet_up
from didimdol.selection.actions.meetings import ask_for_timetable, make_timetable, publish_timetable
from didimdol.selection.meeting_market import circle_of
from didimdol.selection.meeting_slots import Plan
from didimdol.selection.models import MeetUp
from didimdol_decide.canonical import digest

WISHES, MEETS = 1, 2  # business days from now: wishes are taken until then, and people meet
VENUE = "디딤돌회관 3층"
WORDS = ("gladly", "yes", "")


def meet_up(world: World) -> Text:
    """Everybody says something by the seed; the timetable is published when the wishes are in."""
    now = clock.now().astimezone(clock.KST)
    plan = Plan(
        days=(world.later(now, MEETS).date(),),
        starts=time(10),
        ends=time(17),
        lunch_from=time(12),
        lunch_to=time(13),
        minutes=world.book.matching.meeting_minutes,
        longest=4,
        wishes_until=datetime.combine(world.later(now, WISHES).date(), time(18), tzinfo=clock.KST),
        venue=VENUE,
    )
    runs = world.actor("coordinator")
    row = open_meet_up(actor=runs, challenge=world.challenge, plan=plan)
    row = collect_wishes(actor=runs, meet_up=row)
    _wishes(world, row)
    clock.move_to(plan.wishes_until + timedelta(minutes=10))
    with transaction.atomic():  # a worker, whose clock is another, comes only afterwards
        ask_for_timetable(actor=runs, meet_up=row)
        row = make_timetable(actor=SYSTEM, meet_up=row)
    row = publish_timetable(actor=runs, meet_up=row, digest=digest(row.proposal["schedule"]))
    placed, left = len(row.schedule["placed"]), len(row.schedule["unplaced"])
    return text(f"만남 {placed}건, 놓지 못함 {left}건", f"{placed} meetings, {left} not placed")


def _wishes(world: World, row: MeetUp) -> None:
    circle = circle_of(world.challenge, with_reserves=False)
    persons = {one.application.pk: one.person for one in world.submitted()}
    for place in circle.places:
        chance = world.draw("meet", place.application.number)
        words = {str(demand.pk): chance.choice(WORDS[:2]) for demand in circle.reach_of(place)}
        give_meeting_wishes(actor=world.actor(persons[place.application_id]), meet_up=row, place=place, words=words)
    company_of = {company.pk: key for key, company in world.companies.items()}
    for demand in circle.demands:
        chance = world.draw("meet", demand.title["ko"])
        words = {str(place.pk): chance.choice(WORDS) for place in circle.within_reach(demand)}
        lead = world.actor(f"{company_of[demand.company_id]}-lead")
        give_meeting_wishes(actor=lead, meet_up=row, demand=demand, words=words)
