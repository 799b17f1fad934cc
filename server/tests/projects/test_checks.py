"""Checks of the running project, and what an ended project takes with it."""

from __future__ import annotations

from datetime import date

import pytest

from didimdol.kernel.problems import AccessDenied, BadInput
from didimdol.notices.models import Message
from didimdol.projects import gates
from didimdol.projects.actions.checks import check_project
from didimdol.projects.actions.ending import stop_project
from didimdol.projects.milestone_queries import checks_of, completes_early
from server.tests.projects.scenes import Scene, project_scene
from server.tests.projects.standing import standing
from server.tests.projects.test_milestones import refused

pytestmark = pytest.mark.django_db


@standing.world
def scene() -> Scene:
    return project_scene()


def test_a_check_is_kept_and_told_to_both_parties(scene: Scene) -> None:
    check_project(
        actor=scene.manager, project=scene.project, kind="mid_term", result="supplement", comment="시험 기록 보완",
        due_on=date(2025, 6, 30),
    )  # fmt: skip
    check_project(actor=scene.manager, project=scene.project, kind="ad_hoc", result="continue", comment="보완 확인")
    newest, first = checks_of(scene.project)
    assert (newest.result, newest.due_on, first.due_on) == ("continue", None, date(2025, 6, 30))
    told = Message.objects.unscoped(why="test").filter(subject__startswith="과제 점검 결과: 보완")
    assert {message.person_id for message in told} == {scene.ceo().pk, scene.lead.pk, scene.owner.pk}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"kind": "party"}, "kind"),
        ({"result": "perhaps"}, "result"),
        ({"comment": " "}, "comment"),
        ({"result": "supplement"}, "due_on"),
        ({"result": "supplement", "due_on": date(2025, 5, 1)}, "due_on"),
    ],
)
def test_a_check_that_says_too_little_is_refused(scene: Scene, more: dict[str, object], field: str) -> None:
    given = {"kind": "ad_hoc", "result": "continue", "comment": "이상 없음", **more}
    with pytest.raises(BadInput) as found:
        check_project(actor=scene.manager, project=scene.project, **given)  # type: ignore[arg-type]
    assert list(found.value.fields) == [field] and not checks_of(scene.project)


def test_only_the_operator_checks(scene: Scene) -> None:
    for actor in (scene.startup, scene.company):
        with refused(AccessDenied, "only_the_operator"):
            check_project(actor=actor, project=scene.project, kind="final", result="continue", comment="좋음")


def test_early_completion_is_the_newest_word(scene: Scene) -> None:
    for result, early in (("early_completion", True), ("continue", False)):
        check_project(actor=scene.manager, project=scene.project, kind="final", result=result, comment="확인")
        assert completes_early(scene.project) is early


def test_stop_ends_the_project_and_what_is_open_of_it(scene: Scene) -> None:
    scene.deliver()
    scene.accept()
    scene.approve()
    test = scene.record()
    check_project(actor=scene.manager, project=scene.project, kind="ad_hoc", result="stop", comment="수행 불가")
    assert (scene.project.state, scene.measured.state, scene.witnessed.state) == ("stopped", "approved", "dropped")
    test.refresh_from_db()
    assert test.state == "set_aside"
    # Approved, and still not payable: the project is over.
    assert gates.payable(scene.measured).reason == "project_not_running"
    with refused(AccessDenied, "project_not_running"):
        check_project(actor=scene.manager, project=scene.project, kind="final", result="continue", comment="늦음")


def test_nothing_is_handed_in_for_an_ended_project(scene: Scene) -> None:
    stop_project(actor=scene.manager, project=scene.project, reason="중단")
    with refused(AccessDenied, "project_not_running"):
        scene.hand_in()
