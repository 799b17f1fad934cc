"""Real connections beside each other: two models, two approvals, an approval beside the end of the project."""

from __future__ import annotations

import pytest

from didimdol.kernel.problems import AccessDenied, WrongState
from didimdol.projects import gates, lineage
from didimdol.projects.actions.ending import stop_project
from didimdol.projects.signals import milestone_approved
from didimdol.verification.models import DeviceJob
from server.tests.projects.scenes import BETTER, MODEL, project_scene
from server.tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_models_at_once_are_one_chain() -> None:
    scene = project_scene()
    actor, milestone = scene.startup, scene.measured
    together(
        lambda: scene.hand_in(BETTER, actor=actor, milestone=milestone, explanation="가지치기"),
        lambda: scene.hand_in(MODEL + b"other", actor=actor, milestone=milestone, explanation="증류"),
    )
    applied, first, second = lineage.chain(scene.project)
    assert first.version is not None and second.version is not None
    assert (first.version.parent_sha256, second.version.parent_sha256) == (applied.sha256, first.sha256)
    assert second.version.parent_id == first.version.pk
    assert DeviceJob.objects.within(pk=first.version.job_id).get().state == "cancelled"


def test_two_approvals_are_one() -> None:
    scene = project_scene()
    scene.deliver()
    scene.accept()
    heard: list[object] = []

    def hear(sender: object, milestone: object, **more: object) -> None:
        heard.append(milestone)

    milestone_approved.connect(hear)
    milestone = scene.measured
    together(lambda: scene.approve(milestone), lambda: scene.approve(milestone))
    milestone_approved.disconnect(hear)
    assert scene.measured.state == "approved" and len(heard) == 1


def test_an_approval_beside_the_end_never_leaves_a_payable_milestone() -> None:
    scene = project_scene()
    scene.deliver()
    scene.accept()
    actor, project, milestone = scene.manager, scene.project, scene.measured
    approved, _ = together(
        lambda: scene.approve(milestone), lambda: stop_project(actor=actor, project=project, reason="중단")
    )
    assert scene.project.state == "stopped" and not gates.payable(scene.measured)
    if isinstance(approved, AccessDenied | WrongState):
        assert scene.measured.state == "dropped"
    else:
        assert scene.measured.state == "approved"
