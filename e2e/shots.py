"""``make shots``: the whole way as every role, as pictures under var/shots. The demo is played for it, and measured here.

Names are ``NN-role-page-language-device.png``; ``readme-…`` are what docs/pictures holds.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from playwright.sync_api import Page

from didimdol.applications import actions as applications
from didimdol.applications.models import Application
from didimdol.demands.models import Demand
from didimdol.evaluation import actions as evaluation
from didimdol.evaluation.guards import stage_rules
from didimdol.evaluation.models import Ballot, Draw, Round, SessionPlan
from didimdol.funding.models import Disbursement
from didimdol.kernel import clock
from didimdol.kernel.actor import SYSTEM
from didimdol.outcomes.models import AdoptionCase
from didimdol.people.models import Person
from didimdol.people.queries import actor_of
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import rules_of
from didimdol.projects.models import Milestone, Project
from didimdol.rehearsal import cast, demo, filled, shipped
from didimdol.rehearsal.models import RehearsalReport
from didimdol.selection import actions as selection
from didimdol.selection.models import Line, Matching, Meeting, MeetUp, Selection
from didimdol.verification.models import DeviceJob

pytestmark = pytest.mark.django_db(transaction=True)

ON_DEVICE, IN_POC, OPEN_CALL = "on-device-2025", "vertical-2025", "fabless-2026"
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


class Camera:
    """Takes every page on desk and phone; in English and in the dark where it is asked to."""

    def __init__(self, folder: Path, new_page: Callable[..., Page]) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.folder, self.new_page = folder, new_page
        self.pages: dict[str, Page] = {}
        self.emails: dict[str, str] = {}  # of roles whose login is another
        self.count = 0
        self.missing: list[str] = []

    def page(self, role: str) -> Page:
        """The browser of a role of the demo, by its login; ``visitor`` is nobody."""
        if role not in self.pages:
            email = self.emails.get(role, f"{role}@{cast.DOMAIN}")
            person = None if role == "visitor" else Person.objects.get(email=email)
            self.pages[role] = self.new_page(person)
        return self.pages[role]

    def take(self, role: str, name: str, path: str, *, english: bool = False, dark: bool = False) -> Page:
        page = self.page(role)
        answer = page.goto(path)
        if answer is None or answer.status != 200:
            self.missing.append(f"{role} {path}: {answer and answer.status}")
        self.count += 1
        self._both(page, role, name, "ko")
        if dark:
            page.emulate_media(color_scheme="dark")
            self._save(page, role, f"{name}-dark", "ko", "desktop")
            page.emulate_media(color_scheme="light")
        if english:
            self._language(page, "en")
            page.reload()
            self._both(page, role, name, "en")
            self._language(page, "ko")
            page.reload()
        return page

    def readme(self, page: Page, name: str, *, top: str = "") -> None:
        """One screenful, from the part with this selector on."""
        page.set_viewport_size({"width": 1280, "height": 800})
        if top:
            page.locator(top).first.evaluate("(part) => part.scrollIntoView({block: 'start'})")
        page.screenshot(path=self.folder / f"readme-{name}.png")
        page.set_viewport_size(DESK)

    def _both(self, page: Page, role: str, name: str, language: str) -> None:
        self._save(page, role, name, language, "desktop")
        page.set_viewport_size(PHONE)
        self._save(page, role, name, language, "phone")
        page.set_viewport_size(DESK)

    def _save(self, page: Page, role: str, name: str, language: str, device: str) -> None:
        # A screen as tall as the page: what sticks to the screen's edge does not lie over the text.
        size = PHONE if device == "phone" else DESK
        tall = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": size["width"], "height": max(size["height"], min(tall, 12_000))})
        page.screenshot(path=self.folder / f"{self.count:02}-{role}-{name}-{language}-{device}.png", full_page=True)
        page.set_viewport_size(size)

    def _language(self, page: Page, language: str) -> None:
        cookie = {"name": django_settings.LANGUAGE_COOKIE_NAME, "value": language, "domain": "localhost", "path": "/"}
        page.context.add_cookies([cookie])  # type: ignore[list-item]


def test_shots(new_page: Any, agent: Any, settings: Any, tmp_path: Path, capsys: Any) -> None:
    camera = Camera(django_settings.VAR / "shots", new_page)
    settings.VAR = tmp_path  # the demo keeps the device's token there
    demo.prepare()
    agent((tmp_path / demo.TOKEN).read_text())
    demo.play(print)
    challenge = Challenge.objects.within(slug=ON_DEVICE).get()
    entrances(camera)
    before_the_call_closed(camera)
    the_application(camera)
    the_evaluation(camera, challenge)
    the_selection(camera, challenge)
    the_poc(camera)
    the_rehearsal(camera, challenge)
    assert not camera.missing
    with capsys.disabled():
        print(f"\n{len(list(camera.folder.glob('*.png')))} pictures in {camera.folder}")


def entrances(camera: Camera) -> None:
    page = camera.take("visitor", "front", "/", english=True, dark=True)
    camera.readme(page, "front")
    camera.take("visitor", "challenges", "/challenges/", english=True)
    page = camera.take("visitor", "notice", f"/challenges/{ON_DEVICE}/", english=True, dark=True)
    page = camera.take("visitor", "open-call", f"/challenges/{OPEN_CALL}/")
    camera.readme(page, "notice")
    camera.take("visitor", "demands", "/demands/", english=True)
    camera.take("visitor", "login", "/account/login/")
    camera.take("visitor", "signup", "/account/signup/", english=True)
    camera.take("visitor", "signed-heads", "/records/heads/")
    camera.take("visitor", "design", "/design/", dark=True)


def before_the_call_closed(camera: Camera) -> None:
    camera.take("lead", "home", "/home/")
    camera.take("owner", "home", "/home/")
    demand = Demand.objects.within(title__ko="상시 청취용 음성 구간 검출").get()
    camera.take("lead", "demand", demand.get_absolute_url(), english=True)
    camera.take("manager", "home", "/home/", english=True, dark=True)
    camera.take("manager", "manage", f"/challenges/{ON_DEVICE}/manage/")
    camera.take("manager", "load", "/challenges/load/")
    camera.take("manager", "applications", "/applications/")
    camera.take("verifier", "devices", "/verification/devices/", english=True)
    job = DeviceJob.objects.unscoped(why="one to look at").filter(state="done").first()
    assert job is not None
    camera.take("verifier", "measurement", job.get_absolute_url(), dark=True)
    camera.take("auditor", "home", "/home/")
    camera.take("auditor", "log", "/records/", english=True)
    camera.take("auditor", "access", "/records/access/")


def the_application(camera: Camera) -> None:
    first = cast.STARTUPS[0]
    sent = Application.objects.within(startup__name__ko=first.name).get()
    camera.take(first.key, "home", "/home/", english=True)
    page = camera.take(first.key, "application", sent.get_absolute_url(), english=True, dark=True)
    camera.readme(page, "evidence", top="section[aria-labelledby=evidence-2]")
    camera.take(first.key, "receipt", f"{sent.get_absolute_url()}receipt/")
    camera.take(first.key, "company", f"/account/organisations/{sent.startup_id}/")
    camera.take(first.key, "messages", "/notices/")

    challenge = Challenge.objects.within(slug=OPEN_CALL).get()
    camera.take(first.key, "begin", f"/applications/new/{OPEN_CALL}/")
    ceo = actor_of(Person.objects.get(email=f"{first.key}@{cast.DOMAIN}"))
    rulebook = rules_of(challenge)
    draft = applications.start_application(actor=ceo, challenge=challenge, startup=sent.startup)
    applications.answer_eligibility(actor=ceo, application=draft, answers=filled.eligibility(rulebook))
    answers = filled.answers(rulebook, first)
    applications.save_draft(actor=ceo, application=draft, title=first.title, answers=answers)
    model = shipped.VOICE
    with model.path.open("rb") as file:
        applications.upload_model(actor=ceo, application=draft, stream=file, filename=model.name, inputs=model.inputs)
    for step in ("field", "self-check", "form", "files", "check"):
        camera.take(first.key, f"step-{step}", f"/applications/{draft.pk}/{step}/", english=step == "form")


# --- the evaluation ------------------------------------------------------------------------------------------------


def the_evaluation(camera: Camera, challenge: Challenge) -> None:
    the_draws(camera)
    round = Round.objects.within(challenge=challenge).get()
    camera.take("coordinator", "home", "/home/")
    page = f"{round.get_absolute_url()}"
    camera.take("coordinator", "round", page, english=True)
    camera.take("coordinator", "assignment", f"{page}assignment/", english=True)
    first = Application.objects.within(challenge=challenge, startup__name__ko=cast.STARTUPS[0].name).get()
    camera.take("coordinator", "fit", f"{page}fit/{first.pk}/")
    camera.take("coordinator", "deviations", f"/selection/rounds/{round.pk}/deviations/")
    for who in ("expert", "company-judge"):
        camera.take(who, "home", "/home/")
        camera.take(who, "evaluations", "/evaluation/")
        ballot = Ballot.objects.within(seat__round=round, seat__person__email=f"{who}@{cast.DOMAIN}").first()
        assert ballot is not None
        page = camera.take(who, "ballot", ballot.get_absolute_url(), english=who == "expert", dark=who == "expert")
        if who == "expert":
            camera.readme(page, "ballot", top="main .page-head")
    demo_story = demo.Story(print, challenge.programme.operator)
    finish(demo_story, round)


def the_draws(camera: Camera) -> None:
    """One that waits for two bodies, and one that everybody can look at."""
    waiting, done = (Draw.objects.within(state=state).first() for state in ("sealed", "drawn"))
    assert waiting is not None and done is not None
    for who in ("coordinator", "auditor"):
        camera.take(who, "draw", waiting.get_absolute_url(), english=who == "auditor")
    camera.take("coordinator", "draw-commit", f"{waiting.get_absolute_url()}commit/", english=True)
    camera.take("visitor", "draw-public", f"{done.get_absolute_url()}public/", english=True, dark=True)


def finish(story: demo.Story, round: Round) -> None:
    """Every open ballot is scored and the round closed."""
    for ballot in Ballot.objects.within(seat__round=round, state="draft").select_related(
        "seat__person", "seat__round", "application"
    ):
        story.score(ballot)
    evaluation.close_round(actor=cast.actor("coordinator"), round=Round.objects.within(pk=round.pk).get())


def the_selection(camera: Camera, challenge: Challenge) -> None:
    """Stage after stage; pictures of the last."""
    stages = stage_rules(rules_of(challenge))
    story = demo.Story(print, challenge.programme.operator)
    for stage in stages:
        last = stage.key == stages[-1].key
        round = Round.objects.within(challenge=challenge, stage=stage.key).first() or next_round(
            camera, story, challenge, stage
        )
        made = selection.compute_selection(actor=cast.actor("coordinator"), round=round)
        if last:
            camera.take("coordinator", "ranking", made.get_absolute_url(), english=True)
            selection.estimate_selection(actor=SYSTEM, selection=made)
            camera.take("coordinator", "how-sure", f"/selection/{made.pk}/how-sure/", english=True, dark=True)
            line = Line.objects.within(selection=made).order_by("rank").first()
            assert line is not None
            camera.take("manager", "sheet", f"/selection/lines/{line.pk}/")
            camera.take("manager", "decide", f"/selection/{made.pk}/decide/")
        made = selection.decide_selection(actor=cast.actor("manager"), selection=made)
        if last:
            camera.take("manager", "release", f"/selection/{made.pk}/release/")
        fresh = Selection.objects.within(pk=made.pk).get()
        selection.release_selection(actor=cast.actor("manager"), selection=fresh)
    camera.take("manager", "released", made.get_absolute_url())
    camera.take("visitor", "result", f"/selection/results/{ON_DEVICE}/", english=True, dark=True)
    first = cast.STARTUPS[0]
    sent = Application.objects.within(startup__name__ko=first.name, challenge=challenge).get()
    camera.take(first.key, "own-result", f"/selection/own/{sent.pk}/", english=True)
    camera.take("auditor", "record", made.get_absolute_url())
    camera.take("visitor", "front-after", "/")


def next_round(camera: Camera, story: demo.Story, challenge: Challenge, stage: Any) -> Round:
    """The next stage with the same evaluators, scored and closed."""
    coordinator, first = cast.actor("coordinator"), Round.objects.within(challenge=challenge).order_by("position")[0]
    closes = clock.real() + timedelta(days=3)
    challenge.refresh_from_db()
    round = evaluation.open_round(actor=coordinator, challenge=challenge, stage=stage.key, closes_at=closes)
    for seat in first.seats.select_related("person", "organisation"):
        evaluation.seat_evaluator(
            actor=coordinator, round=round, person=seat.person, organisation=seat.organisation, body=seat.body
        )
    round = evaluation.start_declarations(actor=coordinator, round=round, reason=demo.NAMED)
    for seat in round.seats.select_related("person"):
        story.declare(round, seat)
    page = round.get_absolute_url()
    camera.take("coordinator", "assign", f"{page}assign/", english=True, dark=True)
    for body, name in (("expert", "what-if"), ("demand", "clash")):  # every seat of the company is needed
        lost = round.seats.filter(body__startswith=body).order_by("pk")[0]
        camera.take("coordinator", name, f"{page}what-if/?lose={lost.pk}", english=True)
    evaluation.assign_ballots(actor=coordinator, round=Round.objects.within(pk=round.pk).get())
    finish(story, round)
    return Round.objects.within(pk=round.pk).get()


# --- the second half -----------------------------------------------------------------------------------------------


def the_poc(camera: Camera) -> None:
    """The challenge in its PoC: of each project another step of its second milestone."""
    camera.emails = dict(
        zip(("startup", "company", "budget-owner"), (row[0] for row in demo.of_the_poc()), strict=True)
    )
    camera.emails["poc-sponsor"] = f"sponsor@{demo.POC_DOMAIN}"
    challenge = Challenge.objects.within(slug=IN_POC).get()
    projects = list(Project.objects.within(challenge=challenge).order_by("number"))
    first = projects[0].get_absolute_url()
    steps = {m.project_id: m for m in Milestone.objects.within(project__in=projects, position=2)}
    measured = Milestone.objects.within(project=projects[0], position=1).get()
    for role in ("startup", "company", "budget-owner", "poc-sponsor"):
        camera.take(role, "poc-home", "/home/", english=True)
    page = camera.take("startup", "project", first, english=True, dark=True)
    camera.readme(page, "project")
    for part in ("plan", "agreement", "support", "contributions", "checks"):
        camera.take("startup", part, f"{first}{part}/", english=part in ("plan", "agreement"))
    camera.take("startup", "milestone", measured.get_absolute_url(), english=True, dark=True)
    camera.take("company", "accept", f"{steps[projects[0].pk].get_absolute_url()}accept/", english=True)
    camera.take("manager", "approve-milestone", f"{steps[projects[1].pk].get_absolute_url()}approve/")
    camera.take("startup", "money", f"/funding/{projects[0].pk}/", english=True, dark=True)
    camera.take("startup", "budget", f"/funding/{projects[0].pk}/budget/")
    payment = Disbursement.objects.within(project__in=projects, state="requested").get()
    camera.take("coordinator", "payment", payment.get_absolute_url(), english=True)
    camera.take("coordinator", "approve-payment", f"{payment.get_absolute_url()}approve/")
    page = camera.take("manager", "books", f"/funding/challenges/{IN_POC}/", english=True, dark=True)
    camera.readme(page, "money")
    camera.take("auditor", "entries", f"/funding/challenges/{IN_POC}/entries/", english=True)
    camera.take("manager", "payments", "/funding/")
    camera.take("manager", "projects", "/projects/", english=True)
    camera.take("manager", "places", "/selection/places/", english=True)
    meet_up = MeetUp.objects.within(challenge=challenge).get()
    meeting = Meeting.objects.within(meet_up=meet_up, place=projects[0].place).get()
    meets = meet_up.get_absolute_url()
    camera.take("manager", "meet-up", meets, english=True)
    camera.take("manager", "timetable", f"{meets}timetable/", english=True, dark=True)
    camera.take("startup", "meetings", f"{meets}startups/{meeting.place_id}/", english=True)
    camera.take("company", "meetings", f"{meets}demands/{meeting.demand_id}/", english=True)
    sessions = SessionPlan.objects.within(round__challenge=challenge).get().get_absolute_url()
    camera.take("manager", "sessions", sessions, english=True)
    own = f"{sessions}applications/{projects[0].place.application_id}/"
    camera.take("startup", "presentation", own, english=True, dark=True)
    matching = Matching.objects.within(challenge=challenge).get()
    camera.take("manager", "matching", matching.get_absolute_url(), english=True)
    camera.take("manager", "finals", "/projects/finals/")
    camera.take("manager", "adoptions", "/outcomes/", english=True)
    case = AdoptionCase.objects.within(project=projects[0]).get()
    camera.take("budget-owner", "adoption", case.get_absolute_url(), english=True)
    camera.take("budget-owner", "adopt", f"{case.get_absolute_url()}adopt/")
    camera.take("poc-sponsor", "introductions", "/outcomes/introductions/", english=True)
    camera.take("visitor", "statistics", "/outcomes/statistics/", english=True)
    camera.take("startup", "webhooks", "/account/webhooks/", english=True)
    camera.take("manager", "manage-poc", f"/challenges/{IN_POC}/manage/")


def the_rehearsal(camera: Camera, challenge: Challenge) -> None:
    """A small one of the open call's file, by the command."""
    path = django_settings.DIDIMDOL_CHALLENGES / "fabless.yaml"
    operator = str(challenge.programme.operator_id)
    with pytest.raises(SystemExit):
        call_command("rehearse", str(path), "--applicants", "12", "--operator", operator)
    report = RehearsalReport.objects.within(operator=challenge.programme.operator_id).get()
    camera.take("manager", "rehearsals", "/rehearsals/")
    camera.take("manager", "evaluators", f"/rehearsals/evaluators/{challenge.slug}/", english=True)
    camera.take("manager", "rehearsal", report.get_absolute_url(), english=True, dark=True)
