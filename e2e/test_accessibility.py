"""No page of the walk keeps anybody out: axe-core finds nothing, for any role, in light and dark, on desk and phone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from didimdol.applications import actions as applications
from didimdol.applications.models import Application
from didimdol.demands import actions as demands
from didimdol.evaluation.models import Ballot
from didimdol.kernel import clock
from didimdol.kernel.actor import SYSTEM
from didimdol.people.enums import Role
from didimdol.people.models import Person
from didimdol.people.queries import actor_of
from didimdol.rehearsal.shipped import VOICE, VOICE_HALF
from didimdol.selection import actions as selection
from didimdol.selection.models import Line, Selection
from didimdol.verification import actions as verification
from didimdol.verification import queries as reads
from didimdol.verification.models import Device
from didimdol_lab.contract import Refusal
from e2e.inspection import Inspector
from e2e.scene import LABELS, fill_application, register_startup, rulebook, write_demand
from server.tests import worlds
from server.tests.verification.conftest import claim, finish

pytestmark = pytest.mark.django_db(transaction=True)


class House:
    """Everybody's open page, made at the first look."""

    def __init__(self, new_page: Any) -> None:
        self.new_page = new_page
        self.pages: dict[Any, Page] = {}

    def of(self, person: Person | None) -> Page:
        key = person and person.pk
        if key not in self.pages:
            self.pages[key] = self.new_page(person)
        return self.pages[key]


def test_entrances(new_page: Any) -> None:
    inspector, page = Inspector(), new_page()
    inspector.look(
        page, "/", "/challenges/", "/demands/", "/records/heads/", "/account/login/", "/account/signup/",
        "/account/password/reset/", "/notices/mail/", "/design/",
    )  # fmt: skip
    page.goto("/account/login/")
    page.locator("input[name=login]").fill("nobody@example.kr")
    page.locator("input[name=password]").fill("not the password")
    page.locator("main form button.primary").first.click()
    page.locator(".errors").wait_for()
    inspector.here(page)  # with what was wrong above the form
    page.goto("/nowhere/")
    inspector.here(page)
    own = new_page(worlds.person("김하늘"))
    inspector.look(
        own, "/home/", "/account/profile/", "/account/organisations/", "/account/organisations/register/",
        "/account/tokens/", "/account/2fa/", "/notices/", "/applications/", "/evaluation/", "/selection/",
    )  # fmt: skip
    assert not inspector.found, "\n".join(inspector.found)


def test_the_call(new_page: Any) -> None:
    house, inspector = House(new_page), Inspector()
    world = worlds.open_challenge(rulebook=rulebook(), key="onboard")
    river = world.companies["river"]
    lead, owner, verifier = worlds.person("오나래"), worlds.person("채우람"), worlds.person("백두리")
    worlds.give(lead, river, Role.DEMAND_LEAD, world.challenge)
    worlds.give(owner, river, Role.BUDGET_OWNER, world.challenge)
    worlds.give(verifier, world.operator, Role.VERIFIER)
    device, _ = verification.register_device(
        actor=SYSTEM, organisation=world.operator, name="측정기 1호", labels=LABELS
    )

    demand = write_demand(world.challenge, river, lead, owner, "상시 청취용 음성 구간 검출")
    inspector.look(
        house.of(lead), "/home/", "/demands/", "/demands/new/onboard/", f"/demands/{demand.pk}/",
        f"/demands/{demand.pk}/edit/", f"/demands/{demand.pk}/dataset/", f"/demands/{demand.pk}/propose/",
        f"/account/organisations/{river.pk}/",
    )  # fmt: skip
    demand = demands.propose_demand(actor=actor_of(lead), demand=demand)
    manager = house.of(world.manager)
    inspector.look(
        manager, "/home/", f"/demands/{demand.pk}/", f"/demands/{demand.pk}/publish/", f"/demands/{demand.pk}/return/",
        "/challenges/load/", "/challenges/onboard/manage/", "/challenges/onboard/manage/amend/", "/applications/",
        f"/account/organisations/{world.operator.pk}/", f"/account/organisations/{world.operator.pk}/invite/",
    )  # fmt: skip
    demand = demands.publish_demand(actor=actor_of(world.manager), demand=demand)
    inspector.look(house.of(None), "/", "/challenges/onboard/", f"/demands/{demand.pk}/")

    ceo = worlds.person("서리나")
    startup = register_startup(ceo, "소리길", 7)
    page = house.of(ceo)
    inspector.look(page, "/home/", "/applications/new/onboard/")
    application = fill_application(ceo, startup, demand, VOICE)
    applications.measure_trial(actor=actor_of(ceo), application=application)
    here = f"/applications/{application.pk}/"
    inspector.look(page, here + "files/")  # while the trial waits
    page.goto("/home/")  # away from what loads itself anew
    measure_all(device)
    inspector.look(page, *(here + step for step in ("field/", "self-check/", "form/", "files/", "check/", "withdraw/")))
    applications.submit_application(
        actor=actor_of(ceo), application=Application.objects.within(pk=application.pk).get()
    )
    measure_all(device)
    inspector.look(page, here, here + "receipt/", "/applications/", "/home/", f"/account/organisations/{startup.pk}/")
    own = f"/verification/devices/{device.pk}/"
    fail_its_checks(device)
    inspector.look(house.of(verifier), "/home/", "/verification/devices/", "/verification/devices/new/")
    inspector.look(
        house.of(verifier), own, *(own + page for page in ("export/", "token/", "new-key/", "release/", "retire/"))
    )
    for job in application_jobs(application):
        inspector.look(house.of(verifier), f"/verification/jobs/{job}/")
    inspector.look(manager, here, "/applications/")
    inspector.look(house.of(world.auditor), "/home/", "/records/", "/records/access/", "/records/export/log/")
    assert not inspector.found, "\n".join(inspector.found)


def fail_its_checks(device: Device) -> None:
    """Until it is in quarantine: its page then has everything that it can have."""
    acting, words = reads.actor_of(device), {"ko": "격리가 완전하지 않습니다.", "en": "The sandbox is incomplete."}
    refusal = Refusal(code="sandbox_incomplete", message=words, remedy=words)
    for _ in range(2):
        device.refresh_from_db()
        check = verification.claim_job(
            actor=acting, device=device, labels=LABELS, versions={"onnxruntime": "1.22"}, public_key="5e" * 32, boot="a"
        )
        assert check is not None
        verification.refuse_job(actor=acting, job=check, fencing=check.fencing, refusal=refusal)


def test_evaluation_and_selection(new_page: Any) -> None:
    house, inspector = House(new_page), Inspector()
    world = worlds.open_challenge(rulebook=rulebook(), key="onboard")
    river = world.companies["river"]
    lead, owner = worlds.person("오나래"), worlds.person("채우람")
    worlds.give(lead, river, Role.DEMAND_LEAD, world.challenge)
    worlds.give(owner, river, Role.BUDGET_OWNER, world.challenge)
    device, _ = verification.register_device(
        actor=SYSTEM, organisation=world.operator, name="측정기 1호", labels=LABELS
    )
    demand = write_demand(world.challenge, river, lead, owner, "상시 청취용 음성 구간 검출")
    demands.propose_demand(actor=actor_of(lead), demand=demand)
    demand = demands.publish_demand(actor=actor_of(world.manager), demand=demand)
    for name, seed, model in (("소리길", 7, VOICE), ("온결오디오", 8, VOICE_HALF)):
        ceo = worlds.person(f"{name} 대표")
        world.ceos.append(ceo)
        application = fill_application(ceo, register_startup(ceo, name, seed), demand, model)
        world.applications.append(applications.submit_application(actor=actor_of(ceo), application=application))
    measure_all(device)
    clock.move_to(worlds.CLOSED)

    coordinator, expert = house.of(world.coordinator), world.experts[0]
    inspector.look(coordinator, "/home/", "/evaluation/", "/evaluation/open/onboard/")
    round = worlds.open_round(world)
    here = f"/evaluation/{round.pk}/"
    inspector.look(coordinator, here, here + "seat/")
    seats = worlds.seat_all(world, round)
    inspector.look(coordinator, here, here + "declarations/", f"/evaluation/seats/{seats[0].pk}/vacate/")
    round = worlds.evaluation.start_declarations(actor=world.runs, round=round)
    own = next(seat for seat in seats if seat.person_id == expert.pk)
    inspector.look(
        house.of(expert), "/home/", "/evaluation/", here, here + "conflicts/", f"/evaluation/seats/{own.pk}/expertise/"
    )
    # Two experts a panel: these conflicts leave one way only to assign.
    barred = {expert.pk: (world.applications[1],), world.experts[2].pk: (world.applications[0],)}
    for seat in round.seats.filter(state="invited"):
        worlds.declare(seat, barred.get(seat.person_id, ()))
    lose = f"what-if/?lose={round.seats.filter(body='expert').order_by('person__name')[0].pk}"
    inspector.look(coordinator, here, here + "assign/", here + lose, here + "extend/")
    round = worlds.evaluation.assign_ballots(actor=world.runs, round=round)
    ballot = Ballot.objects.within(seat__person=expert).get()
    paper = f"/evaluation/ballots/{ballot.pk}/"
    inspector.look(house.of(expert), "/home/", "/evaluation/", here, paper, paper + "lock/", paper + "recuse/")
    worlds.lock_all(world, round)
    inspector.look(house.of(expert), paper)
    inspector.look(coordinator, here + f"fit/{ballot.application_id}/")
    inspector.look(coordinator, here, here + "close/", f"/evaluation/ballots/{ballot.pk}/", paper + "reopen/")
    inspector.look(coordinator, here + "assignment/", here + "fill/", f"/evaluation/seats/{ballot.seat_id}/change/")

    round = worlds.close(world, round)
    inspector.look(coordinator, "/selection/", f"/selection/rounds/{round.pk}/compute/")
    made = selection.compute_selection(actor=world.runs, round=round)
    line = Line.objects.within(selection=made).first()
    assert line is not None
    manager, place = house.of(world.manager), f"/selection/{made.pk}/"
    inspector.look(
        manager, "/selection/", place, place + "decide/", place + "export/", f"/selection/lines/{line.pk}/",
        f"/selection/lines/{line.pk}/hold/", f"/selection/lines/{line.pk}/exclude/",
    )  # fmt: skip
    made = selection.decide_selection(actor=actor_of(world.manager), selection=made)
    inspector.look(manager, place, place + "reconsider/", place + "release/")
    selection.release_selection(actor=actor_of(world.manager), selection=Selection.objects.within(pk=made.pk).get())
    inspector.look(manager, place, "/home/")
    inspector.look(house.of(None), "/", "/selection/results/onboard/", "/challenges/onboard/")
    own = f"/selection/own/{world.applications[0].pk}/"
    inspector.look(house.of(world.ceos[0]), "/home/", "/selection/", own, "/notices/")
    inspector.look(house.of(world.auditor), place, "/records/")
    assert not inspector.found, "\n".join(inspector.found)


def measure_all(device: Any) -> None:
    """As an agent would, at once and with plausible figures."""
    while (job := claim(device)) is not None:
        finish(device, job)


def application_jobs(application: Application) -> list[Any]:
    return list(application.measured.values_list("job", flat=True)[:1])
