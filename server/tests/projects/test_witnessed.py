"""Witnessed tests: recorded by one party, signed by both, and only inside the criteria."""

from __future__ import annotations

from datetime import date

import pytest

from didimdol.kernel.problems import AccessDenied, BadInput, WrongState
from didimdol.people.enums import Role
from didimdol.people.queries import actor_of
from didimdol.projects import gates
from didimdol.projects.actions import milestones
from didimdol.projects.actions import tests as witnessed
from didimdol.projects.models import WitnessedTest
from server.tests import worlds
from server.tests.projects.scenes import Scene, project_scene
from server.tests.projects.standing import standing
from server.tests.projects.test_milestones import refused

pytestmark = pytest.mark.django_db


@standing.world
def scene() -> Scene:
    return project_scene()


def again(test: WitnessedTest) -> WitnessedTest:
    return WitnessedTest.objects.within(pk=test.pk).get()


def test_signed_by_both_it_opens_the_gate_and_is_paid(scene: Scene) -> None:
    test = scene.record()
    assert not gates.evidence(scene.witnessed).passed
    assert witnessed.sign_test(actor=scene.startup, test=test).state == "half_signed"
    assert "서명" in gates.evidence(scene.witnessed).why["ko"]
    assert witnessed.sign_test(actor=scene.company, test=test).state == "signed"
    found = gates.evidence(scene.witnessed)
    assert found.passed and found.verdicts == {"accuracy": "met"}
    milestones.submit_milestone(actor=scene.startup, milestone=scene.witnessed)
    scene.accept(scene.witnessed)
    scene.approve(scene.witnessed)
    assert gates.payable(scene.witnessed)


def test_either_party_may_record_and_sign_first(scene: Scene) -> None:
    test = scene.record(actor=scene.company)
    witnessed.sign_test(actor=actor_of(scene.owner), test=test)
    assert witnessed.sign_test(actor=scene.startup, test=test).state == "signed"


def test_one_party_does_not_sign_twice(scene: Scene) -> None:
    test = scene.record()
    witnessed.sign_test(actor=scene.company, test=test)
    # The company's second person signs for the same party: still one signature.
    assert witnessed.sign_test(actor=actor_of(scene.owner), test=test).state == "half_signed"
    assert not gates.evidence(scene.witnessed).passed


def test_a_person_of_both_houses_witnesses_nothing(scene: Scene) -> None:
    both = scene.ceo()
    worlds.give(both, scene.demand.company, Role.DEMAND_LEAD)
    with refused(AccessDenied, "own_work"):
        witnessed.sign_test(actor=actor_of(both), test=scene.record(actor=scene.company))


@pytest.mark.parametrize(("accuracy", "opens"), [("92", True), ("91.999", False), ("100", True), ("0", False)])
def test_figures_outside_the_criteria_open_nothing(scene: Scene, accuracy: str, opens: bool) -> None:
    scene.signed_test(accuracy)
    found = gates.evidence(scene.witnessed)
    assert found.passed is opens
    if not opens:
        assert found.verdicts == {"accuracy": "not_met"} and "벗어났습니다" in found.why["ko"]
        with refused(AccessDenied, "gate_shut"):
            milestones.submit_milestone(actor=scene.startup, milestone=scene.witnessed)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"figures": {}}, "figure_accuracy"),
        ({"figures": {"accuracy": "매우 높음"}}, "figure_accuracy"),
        ({"figures": {"accuracy": "NaN"}}, "figure_accuracy"),
        ({"figures": {"accuracy": "-1"}}, "figure_accuracy"),
        ({"figures": {"accuracy": "95", "beauty": "10"}}, "figures"),
        ({"plan": "  "}, "plan"),
        ({"tested_on": date(2025, 5, 3)}, "tested_on"),
        ({"tested_on": date(2025, 4, 30)}, "tested_on"),
        ({"content": b""}, "file"),
    ],
)
def test_a_record_that_says_nothing_is_refused(scene: Scene, more: dict[str, object], field: str) -> None:
    with pytest.raises(BadInput) as found:
        scene.record(**more)  # type: ignore[arg-type]
    assert list(found.value.fields) == [field]
    assert not scene.witnessed.tests.exists()


def test_a_refused_test_does_not_count_and_a_new_one_does(scene: Scene) -> None:
    test = scene.record()
    with refused(BadInput, "reason_required"):
        witnessed.refuse_test(actor=scene.company, test=test, reason="")
    witnessed.refuse_test(actor=scene.company, test=test, reason="자료가 다릅니다")
    with refused(WrongState, "wrong_state"):
        witnessed.sign_test(actor=scene.startup, test=test)
    assert "아직 입회 시험이 없습니다" in gates.evidence(scene.witnessed).why["ko"]
    scene.signed_test()
    assert gates.evidence(scene.witnessed).passed


def test_a_new_record_takes_the_place_of_an_unsigned_one(scene: Scene) -> None:
    first = scene.record()
    witnessed.sign_test(actor=scene.startup, test=first)
    second = scene.record("95")
    assert again(first).state == "set_aside"
    with refused(WrongState, "wrong_state"):
        witnessed.sign_test(actor=scene.company, test=first)
    assert gates.evidence(scene.witnessed).test == second


def test_a_worse_newer_test_shuts_the_gate_again(scene: Scene) -> None:
    scene.signed_test("95")
    scene.signed_test("80")
    assert not gates.evidence(scene.witnessed).passed


def test_both_sign_plan_log_figures_and_day_together(scene: Scene) -> None:
    one = scene.record()
    assert scene.record().sha256 == one.sha256
    different = [
        scene.record("93.6"), scene.record(plan="다른 계획"), scene.record(content=b"other"),
        scene.record(tested_on=date(2025, 5, 1)),
    ]  # fmt: skip
    assert len({one.sha256, *(test.sha256 for test in different)}) == 5


def test_strangers_record_and_sign_nothing(scene: Scene) -> None:
    test = scene.record()
    rival = worlds.person("경쟁사")
    worlds.give(rival, list(scene.world.companies.values())[1], Role.DEMAND_LEAD)
    for actor in (scene.manager, actor_of(rival), actor_of(scene.world.experts[0])):
        for act in (witnessed.sign_test,):
            with refused(AccessDenied, "test_parties_only"):
                act(actor=actor, test=test)
        with refused(AccessDenied, "test_parties_only"):
            scene.record(actor=actor)


def test_the_wrong_kind_of_evidence_is_refused(scene: Scene) -> None:
    with refused(BadInput, "gate_is_a_run"):
        scene.record(milestone=scene.measured, figures={"p99": "5"})
    with refused(BadInput, "gate_is_witnessed"):
        scene.hand_in(milestone=scene.witnessed)
