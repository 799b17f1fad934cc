"""A milestone's way, its gate, the lineage of its model, and when money may follow it."""

from __future__ import annotations

import io

import pytest

from didimdol.kernel.problems import AccessDenied, BadInput, WrongState
from didimdol.notices.models import Message
from didimdol.people.enums import Role
from didimdol.people.queries import actor_of
from didimdol.projects import gates, lineage
from didimdol.projects.actions import milestones
from didimdol.projects.models import Deliverable
from didimdol.projects.signals import milestone_approved
from didimdol.verification.actions import refuse_job, repeat_job
from didimdol.verification.models import DeviceJob
from didimdol.verification.queries import actor_of as device_actor
from didimdol_lab.contract import Refusal
from server.tests import worlds
from server.tests.projects.scenes import BETTER, MODEL, Scene, later, project_scene
from server.tests.projects.standing import standing

pytestmark = pytest.mark.django_db


@standing.world
def scene() -> Scene:
    return project_scene()


def refused(kind: type, code: str) -> pytest.RaisesExc:  # type: ignore[type-arg]
    return pytest.raises(kind, check=lambda error: error.code == code)


def test_the_milestones_are_those_of_the_plan(scene: Scene) -> None:
    first, second = scene.project.milestones.order_by("position")
    assert (first.state, first.amount, first.gate, second.amount, second.gate) == (
        "planned", 30_000_000, "verification", 70_000_000, "witnessed",
    )  # fmt: skip
    assert gates.payable(first).reason == "milestone_not_approved"


def test_the_whole_way_makes_it_payable(scene: Scene) -> None:
    heard = []
    milestone_approved.connect(lambda sender, milestone, actor, **_: heard.append(milestone.pk), weak=False)
    version = scene.hand_in()
    # The same bytes under the same plan are measured anew only where no valid run stands.
    assert version.job is not None and version.job.state == "queued"
    assert gates.evidence(scene.measured).running
    scene.measure()
    assert gates.evidence(scene.measured).passed
    delivered = milestones.submit_milestone(actor=scene.startup, milestone=scene.measured)
    assert delivered.state == "delivered" and delivered.delivered_by_id == scene.startup.person
    assert not gates.payable(scene.measured)
    assert scene.accept().accepted_by_id == scene.lead.pk
    assert not gates.payable(scene.measured)
    approved = scene.approve()
    assert approved.approved_at is not None and heard == [approved.pk]
    assert gates.payable(scene.measured)
    assert Message.objects.unscoped(why="test").filter(subject__startswith="단계가 승인되었습니다").exists()


def test_made_twice_is_made_once(scene: Scene) -> None:
    scene.deliver()
    assert milestones.submit_milestone(actor=scene.startup, milestone=scene.measured).state == "delivered"
    scene.accept()
    assert scene.accept().state == "accepted"
    scene.approve()
    at = scene.approve().approved_at
    assert at == scene.measured.approved_at


# --- the gate ------------------------------------------------------------------------------------------------------


def test_nothing_handed_in_opens_nothing(scene: Scene) -> None:
    with refused(AccessDenied, "gate_shut") as found:
        milestones.submit_milestone(actor=scene.startup, milestone=scene.measured)
    assert "모델을 제출하십시오" in found.value.message["ko"]


def test_a_disturbed_run_decides_nothing_until_it_is_repeated(scene: Scene) -> None:
    version = scene.hand_in()
    scene.measure(valid=False)
    found = gates.evidence(scene.measured)
    assert not found.passed and found.verdicts == {"p99": "disturbed"} and "재측정" in found.why["ko"]
    with refused(AccessDenied, "gate_shut"):
        milestones.submit_milestone(actor=scene.startup, milestone=scene.measured)
    repeat_job(actor=scene.manager, job=DeviceJob.objects.within(pk=version.job_id).get(), reason="다른 작업이 돌았음")
    scene.measure()
    assert gates.evidence(scene.measured).passed


def test_too_few_samples_do_not_decide(scene: Scene) -> None:
    scene.hand_in()
    scene.measure(samples=100)
    found = gates.evidence(scene.measured)
    assert not found.passed and found.verdicts == {"p99": "inconclusive"} and "표본" in found.why["ko"]


def test_a_refused_model_says_what_to_do(scene: Scene) -> None:
    scene.hand_in()
    job = _leased(scene)
    words = {"ko": "입력 모양이 열려 있습니다.", "en": "An open shape."}
    remedy = {"ko": "모양을 적으십시오.", "en": "Give the shape."}
    refuse_job(
        actor=device_actor(scene.device), job=job, fencing=job.fencing,
        refusal=Refusal(code="inputs_needed", message=words, remedy=remedy),
    )  # fmt: skip
    found = gates.evidence(scene.measured)
    assert not found.passed and "모양을 적으십시오." in found.why["ko"] and "Give the shape." in found.why["en"]


def test_a_model_that_misses_a_criterion_stays_out(scene: Scene) -> None:
    milestone = scene.measured
    _tighten(milestone, 4)
    scene.hand_in()
    scene.measure()
    found = gates.evidence(scene.measured)
    assert not found.passed and found.verdicts == {"p99": "not_met"} and "p99" in found.why["en"]


def test_the_newest_model_counts_not_the_best(scene: Scene) -> None:
    scene.hand_in()
    scene.measure()
    assert gates.evidence(scene.measured).passed
    scene.hand_in(BETTER, explanation="가지치기")
    assert not gates.evidence(scene.measured).passed
    scene.measure(valid=False)
    assert not gates.evidence(scene.measured).passed


def test_a_newer_model_takes_the_older_one_out_of_the_queue(scene: Scene) -> None:
    first = scene.hand_in()
    scene.hand_in(BETTER, explanation="가지치기")
    assert DeviceJob.objects.within(pk=first.job_id).get().state == "cancelled"


def test_the_same_model_under_the_same_plan_is_not_measured_again(scene: Scene) -> None:
    scene.deliver()
    milestones.ask_supplement(actor=scene.company, milestone=scene.measured, reason="보고서를 보태 주십시오")
    again = scene.hand_in()
    assert again.job is not None and again.job.reused and gates.evidence(scene.measured).passed


def test_no_device_no_hand_in(scene: Scene) -> None:
    from didimdol.verification.actions import retire_device

    retire_device(actor=scene.manager, device=scene.device, reason="고장")
    with refused(BadInput, "no_device"):
        scene.hand_in()
    assert not scene.measured.models.exists()


# --- lineage -------------------------------------------------------------------------------------------------------


def test_another_model_without_a_word_is_refused(scene: Scene) -> None:
    with refused(BadInput, "lineage_unexplained") as found:
        scene.hand_in(BETTER, explanation="  ")
    assert "explanation" in found.value.fields
    assert not scene.measured.models.exists()


def test_the_applied_model_needs_no_explanation(scene: Scene) -> None:
    version = scene.hand_in()
    assert (
        version.parent is None
        and not lineage.changed(version)
        and version.inputs == {"x": {"shape": [1, 8], "fill": "random"}}
    )


def test_the_chain_says_what_changed_and_what_the_company_accepted(scene: Scene) -> None:
    scene.hand_in()
    scene.deliver(BETTER, explanation="8비트 양자화")
    applied, first, second = lineage.chain(scene.project)
    assert applied.version is None and applied.accepted and applied.by == "대표1"
    assert (first.changed, second.changed, second.explanation) == (False, True, "8비트 양자화")
    assert second.version is not None and second.version.parent_id == first.version.pk  # type: ignore[union-attr]
    assert not second.accepted
    scene.accept()
    assert [link.accepted for link in lineage.chain(scene.project)] == [True, True, True]


def test_back_to_the_earlier_model_is_a_change_too(scene: Scene) -> None:
    scene.hand_in(BETTER, explanation="가지치기")
    with refused(BadInput, "lineage_unexplained"):
        scene.hand_in(MODEL)


def test_an_application_without_a_model_begins_the_chain_with_the_first() -> None:
    scene = project_scene(model=None)
    version = scene.hand_in(inputs="x: 1x8")
    assert version.parent_sha256 == "" and [link.changed for link in lineage.chain(scene.project)] == [False]


# --- who -----------------------------------------------------------------------------------------------------------


def test_only_the_startup_hands_in(scene: Scene) -> None:
    for actor in (scene.company, scene.manager, actor_of(scene.world.coordinator)):
        with refused(AccessDenied, "only_its_startup"):
            scene.hand_in(actor=actor)
        with refused(AccessDenied, "only_its_startup"):
            milestones.submit_milestone(actor=actor, milestone=scene.measured)


def test_only_its_company_accepts(scene: Scene) -> None:
    scene.deliver()
    rival = worlds.person("경쟁사 실무")
    worlds.give(rival, list(scene.world.companies.values())[1], Role.DEMAND_LEAD)
    for actor in (scene.startup, scene.manager, actor_of(rival)):
        with refused(AccessDenied, "only_its_company"):
            milestones.accept_milestone(actor=actor, milestone=scene.measured)
    assert milestones.accept_milestone(actor=actor_of(scene.owner), milestone=scene.measured).state == "accepted"


def test_only_the_operator_approves_and_only_what_was_accepted(scene: Scene) -> None:
    scene.deliver()
    with refused(WrongState, "wrong_state"):
        scene.approve()
    scene.accept()
    for actor in (scene.startup, scene.company, actor_of(scene.world.coordinator)):
        with refused(AccessDenied, "only_the_operator"):
            milestones.approve_milestone(actor=actor, milestone=scene.measured)


def test_nobody_approves_what_they_accepted(scene: Scene) -> None:
    scene.deliver()
    both = worlds.person("두 자리")
    worlds.give(both, scene.world.operator, Role.MANAGER)
    worlds.give(both, scene.demand.company, Role.DEMAND_LEAD)
    milestones.accept_milestone(actor=actor_of(both), milestone=scene.measured)
    with refused(AccessDenied, "own_work"):
        milestones.approve_milestone(actor=actor_of(both), milestone=scene.measured)


# --- supplement, deliverables, the end -----------------------------------------------------------------------------


def test_a_supplement_opens_the_hand_in_again(scene: Scene) -> None:
    scene.deliver()
    with refused(WrongState, "milestone_not_open"):
        scene.hand_in(BETTER, explanation="가지치기")
    with refused(BadInput, "reason_required"):
        milestones.ask_supplement(actor=scene.company, milestone=scene.measured, reason=" ")
    asked = milestones.ask_supplement(actor=scene.company, milestone=scene.measured, reason="시험 보고서가 없습니다")
    assert (asked.state, asked.note) == ("supplement", "시험 보고서가 없습니다")
    milestones.add_deliverable(
        actor=scene.startup,
        milestone=scene.measured,
        stream=io.BytesIO(b"%PDF-1.7 x"),
        filename="../보고서.pdf",
        note="시험",
    )
    assert Deliverable.objects.within(milestone=scene.measured).get().filename == "보고서.pdf"
    assert milestones.submit_milestone(actor=scene.startup, milestone=scene.measured).note == ""
    scene.accept()
    with refused(AccessDenied, "supplement_operator_only"):
        milestones.ask_supplement(actor=scene.company, milestone=scene.measured, reason="마음이 바뀜")
    assert (
        milestones.ask_supplement(actor=scene.manager, milestone=scene.measured, reason="금액 확인").state
        == "supplement"
    )


def test_an_empty_file_is_no_deliverable(scene: Scene) -> None:
    with refused(BadInput, "file_empty") as found:
        milestones.add_deliverable(
            actor=scene.startup, milestone=scene.measured, stream=io.BytesIO(b""), filename="a.pdf"
        )
    assert "file" in found.value.fields


def test_late_is_late_and_still_possible(scene: Scene) -> None:
    from didimdol.records.models import AuditEvent

    scene.hand_in()
    scene.measure()
    later(120)
    milestones.submit_milestone(actor=scene.startup, milestone=scene.measured)
    assert AuditEvent.objects.unscoped(why="test").get(type="milestone.submit").facts["late"] is True


def test_a_dropped_milestone_pays_nothing_and_leaves_the_queue(scene: Scene) -> None:
    version = scene.hand_in()
    with refused(AccessDenied, "only_the_operator"):
        milestones.drop_milestone(actor=scene.startup, milestone=scene.measured, reason="어려움")
    milestones.drop_milestone(actor=scene.manager, milestone=scene.measured, reason="범위에서 뺌")
    assert DeviceJob.objects.within(pk=version.job_id).get().state == "cancelled"
    assert gates.payable(scene.measured).reason == "milestone_not_approved"
    with refused(WrongState, "milestone_not_open"):
        scene.hand_in()


def _leased(scene: Scene) -> DeviceJob:
    from didimdol.verification.actions import claim_job

    acting = device_actor(scene.device)
    job = claim_job(actor=acting, device=scene.device, labels=scene.device.labels, versions={})
    assert job is not None
    return job


def _tighten(milestone: object, threshold: int) -> None:
    from didimdol.kernel.action import save, writing
    from didimdol.kernel.actor import SYSTEM

    with writing("tests.tighten", SYSTEM):
        milestone.criteria = [{**milestone.criteria[0], "threshold": threshold}]  # type: ignore[attr-defined]
        save(milestone, "criteria")  # type: ignore[arg-type]
