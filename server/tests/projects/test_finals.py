"""The final evaluation: who reviews, how it is computed, what it gives, and that anyone can recompute it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from didimdol.kernel import clock
from didimdol.kernel.problems import AccessDenied, BadInput, Stale, WrongState
from didimdol.people.enums import Role
from didimdol.people.models import Person
from didimdol.people.queries import actor_of
from didimdol.projects.actions import finals
from didimdol.projects.final_computing import results_of
from didimdol.projects.models import Final, Project, Review
from didimdol.projects.signals import project_graded
from didimdol.records.keys import published
from didimdol.records.models import SealedRecord
from didimdol_decide.record import recompute
from server.tests import worlds
from server.tests.projects.scenes import Scene, later, project_scene
from server.tests.projects.standing import standing
from server.tests.projects.test_milestones import refused

pytestmark = pytest.mark.django_db

Panel = list[tuple[Person, str]]


@standing.world
def scene() -> Scene:
    return project_scene(3)


def judge(scene: Scene) -> Person:
    return next(iter(scene.world.judges.values()))[0]


def panel(scene: Scene) -> Panel:
    return [*((expert, "expert") for expert in scene.world.experts), (judge(scene), "demand")]


def open_final(scene: Scene, *, kind: str = "grade", people: Panel | None = None, **more: Any) -> Final:
    return finals.open_final(
        actor=more.pop("actor", None) or scene.manager,
        challenge=scene.world.challenge,
        kind=kind,
        closes_at=more.pop("closes_at", None) or clock.now() + timedelta(days=10),
        panel=panel(scene) if people is None else people,
        **more,
    )


def score(review: Review, percent: int) -> Review:
    """Every item at this share of its maximum."""
    actor = actor_of(review.person)
    rule = next(body for body in review.final.rule["bodies"] if body["key"] == review.body)
    points = {c["key"]: str(c["max_points"] * percent / 100) for c in rule["criteria"]}
    finals.save_review(actor=actor, review=review, scores=points, comment="근거")
    return finals.lock_review(actor=actor, review=review)


def score_all(final: Final, percents: dict[str, int]) -> None:
    """By the last digit of the project's number."""
    for review in Review.objects.within(final=final, state="draft").select_related("project", "person", "final"):
        score(review, percents[review.project.number[-1]])


def compute(scene: Scene, final: Final) -> Final:
    return finals.compute_final(actor=actor_of(scene.world.coordinator), final=final)


def released(scene: Scene, percents: dict[str, int], **more: Any) -> Final:
    final = open_final(scene, **more)
    score_all(final, percents)
    compute(scene, final)
    return finals.release_final(actor=scene.manager, final=final)


def of(scene: Scene) -> list[Project]:
    return list(Project.objects.within(challenge=scene.world.challenge).order_by("number"))


# --- the whole way -------------------------------------------------------------------------------------------------


def test_grades_follow_from_the_sheets(scene: Scene) -> None:
    heard: list[Any] = []

    def hear(sender: Any, project: Project, **more: Any) -> None:
        heard.append((project.number[-1], project.grade, project.state))

    project_graded.connect(hear)
    final = released(scene, {"1": 95, "2": 80, "3": 30})
    project_graded.disconnect(hear)
    assert [(p.grade, p.state) for p in of(scene)] == [
        ("outstanding", "evaluated"), ("good", "evaluated"), ("very_poor", "evaluated"),
    ]  # fmt: skip
    assert [entry[1] for entry in heard] == ["outstanding", "good", "very_poor"]
    assert [result.total for result in results_of(final)] == ["95", "80", "30"]


def test_anyone_recomputes_the_sealed_record(scene: Scene) -> None:
    final = released(scene, {"1": 95, "2": 80, "3": 30})
    assert final.record is not None
    report = recompute(final.record.document, keys=published())
    assert report.ok, [check for check in report.checks if check.ok is False]
    assert "김" not in str(final.record.document) and str(scene.world.experts[0].pk) not in str(final.record.document)
    own = SealedRecord.objects.within(subject_id=scene.project.pk, kind="final", tier="own").get()
    assert own.organisation == scene.project.startup_id
    assert recompute(own.document, keys=published()).ok
    tampered = {**final.record.document, "payload": {**final.record.document["payload"], "salt": "0" * 64}}
    assert not recompute(tampered).ok


def test_too_few_reviews_defer_the_grade_and_a_later_final_gives_it(scene: Scene) -> None:
    final = open_final(scene)
    for review in Review.objects.within(final=final).select_related("project", "person", "final"):
        if review.project.number[-1] != "2":
            score(review, 70)
    with refused(AccessDenied, "reviews_open"):
        compute(scene, final)
    later(11)
    compute(scene, final)
    finals.release_final(actor=scene.manager, final=final)
    assert [(p.grade, p.state) for p in of(scene)] == [
        ("fair", "evaluated"),
        ("deferred", "active"),
        ("fair", "evaluated"),
    ]
    assert set(Review.objects.within(final=final, project=of(scene)[1]).values_list("state", flat=True)) == {"closed"}
    again = released(scene, {"2": 90})
    assert [review.project.number[-1] for review in again.reviews.select_related("project")] == ["2"] * 4
    assert of(scene)[1].grade == "outstanding"


def test_a_project_that_ended_in_the_meantime_gets_no_grade(scene: Scene) -> None:
    from didimdol.projects.actions.ending import stop_project

    final = open_final(scene)
    score_all(final, {"1": 95, "2": 80, "3": 30})
    compute(scene, final)
    stop_project(actor=scene.manager, project=of(scene)[2], reason="계속할 수 없음")
    with refused(AccessDenied, "final_changed"):
        finals.release_final(actor=scene.manager, final=final)
    compute(scene, final)
    finals.release_final(actor=scene.manager, final=final)
    assert [p.grade for p in of(scene)] == ["outstanding", "good", ""]


# --- the best ------------------------------------------------------------------------------------------------------


def test_the_best_are_chosen_among_the_good_ones_by_their_own_panel() -> None:
    scene = project_scene(4)
    released(scene, {"1": 95, "2": 85, "3": 82, "4": 70})
    final = open_final(scene, kind="best", people=[*panel(scene)[:3], (judge(scene), "demand")])
    assert {r.project.number[-1] for r in final.reviews.select_related("project")} == {"1", "2", "3"}
    score_all(final, {"1": 60, "2": 90, "3": 80})
    compute(scene, final)
    final = finals.release_final(actor=scene.manager, final=final)
    assert [p.best for p in of(scene)] == [True, True, True, False]
    assert [p.grade for p in of(scene)] == ["outstanding", "good", "good", "fair"]
    assert final.record is not None and recompute(final.record.document, keys=published()).ok


def test_fair_ones_come_in_where_the_good_ones_are_too_few(scene: Scene) -> None:
    released(scene, {"1": 95, "2": 65, "3": 30})
    final = open_final(scene, kind="best")
    assert {r.project.number[-1] for r in final.reviews.select_related("project")} == {"1", "2"}
    with refused(BadInput, "project_not_eligible"):
        _close(scene, final)
        open_final(scene, kind="best", projects=[of(scene)[2]])


def test_without_grades_there_is_nothing_to_choose_from(scene: Scene) -> None:
    with refused(BadInput, "no_projects"):
        open_final(scene, kind="best")


# --- who -----------------------------------------------------------------------------------------------------------


def test_who_accepted_a_deliverable_does_not_grade_it(scene: Scene) -> None:
    scene.deliver()
    scene.accept()
    with refused(BadInput, "reviewer_without_project") as found:
        open_final(scene, people=[*panel(scene)[:3], (scene.lead, "demand")], projects=[scene.project])
    assert "인수" in found.value.message["ko"]
    # Where somebody else of the company is on the panel, the pair is simply left out.
    final = open_final(scene, people=[*panel(scene), (scene.lead, "demand")])
    pairs = {(r.project_id, r.person_id) for r in final.reviews.all()}
    assert (scene.project.pk, scene.lead.pk) not in pairs and (of(scene)[1].pk, scene.lead.pk) in pairs


def test_who_accepts_after_the_panel_was_named_is_out_too(scene: Scene) -> None:
    final = open_final(scene, people=[*panel(scene), (scene.lead, "demand")])
    review = final.reviews.get(person=scene.lead, project=scene.project)
    scene.deliver()
    scene.accept()
    with refused(AccessDenied, "accepted_it"):
        finals.save_review(actor=scene.company, review=review, scores={"fit": "40"})
    with refused(AccessDenied, "accepted_it"):
        finals.lock_review(actor=scene.company, review=review)


def test_who_signed_the_test_does_not_grade_it(scene: Scene) -> None:
    scene.signed_test()
    final = open_final(scene, people=[*panel(scene), (scene.lead, "demand")])
    assert not final.reviews.filter(person=scene.lead, project=scene.project).exists()


def test_a_company_reviews_its_own_projects_only(scene: Scene) -> None:
    other = list(scene.world.judges.values())[1][0]
    with refused(BadInput, "reviewer_without_project") as found:
        open_final(scene, people=[*panel(scene), (other, "demand")])
    assert "자기 기업" in found.value.message["ko"]


def test_an_expert_in_conflict_is_left_out(scene: Scene) -> None:
    from didimdol.evaluation.models import Conflict, Round
    from didimdol.kernel.action import save, writing
    from didimdol.kernel.actor import SYSTEM

    expert = scene.world.experts[0]
    with writing("tests.conflict", SYSTEM):
        round = Round(
            challenge=scene.world.challenge, stage="paper", position=0, closes_at=clock.now(), lottery_seed="x",
            lottery_commitment="y", state="closed",
        )  # fmt: skip
        save(round)
        save(Conflict(round=round, person=expert, application=scene.project.place.application, standing="conflict"))
    with refused(BadInput, "panel_size") as found:
        open_final(scene)
    assert scene.project.number in found.value.message["ko"]
    fourth = worlds.add_expert(scene.world, "전문가4")
    final = open_final(scene, people=[*panel(scene)])
    assert not final.reviews.filter(person=expert, project=scene.project).exists()
    assert final.reviews.filter(person=fourth).count() == 3


def test_a_panel_short_of_its_quorum_or_above_its_seats_is_refused(scene: Scene) -> None:
    for people in (panel(scene)[:3], [panel(scene)[0], panel(scene)[3]]):
        with refused(BadInput, "panel_size"):
            open_final(scene, people=people)
    for number in range(3):
        worlds.add_expert(scene.world, f"더{number}")
    with refused(BadInput, "panel_size"):
        open_final(scene)
    with refused(BadInput, "reviewer_twice"):
        open_final(scene, people=[*panel(scene), panel(scene)[0]])
    with refused(BadInput, "unknown_body"):
        open_final(scene, people=[(scene.world.experts[0], "jury")])
    with refused(BadInput, "reviewer_without_project"):
        open_final(scene, people=[(scene.world.auditor, "expert")])
    assert not Final.objects.within(challenge=scene.world.challenge).exists()


def test_only_a_manager_opens_and_only_once(scene: Scene) -> None:
    for person in (scene.world.coordinator, scene.world.auditor, scene.lead, scene.ceo()):
        with refused(AccessDenied, "only_the_operator"):
            open_final(scene, actor=actor_of(person))
    with refused(BadInput, "closes_in_the_past"):
        open_final(scene, closes_at=clock.now() - timedelta(minutes=1))
    with refused(BadInput, "final_kind"):
        open_final(scene, kind="popularity")
    open_final(scene)
    with refused(BadInput, "final_open"):
        open_final(scene)


def test_a_sheet_is_its_reviewers_alone(scene: Scene) -> None:
    final = open_final(scene)
    review = final.reviews.filter(person=scene.world.experts[0]).select_related("person", "final").first()
    assert review is not None
    for person in (scene.world.experts[1], scene.world.manager, scene.lead):
        with refused(AccessDenied, "not_your_review"):
            finals.save_review(actor=actor_of(person), review=review, scores={})
    actor = actor_of(review.person)
    for scores, field in (
        ({"achievement": "41"}, "achievement"),
        ({"beauty": "1"}, "scores"),
        ({"business": "많이"}, "business"),
    ):
        with pytest.raises(BadInput) as found:
            finals.save_review(actor=actor, review=review, scores=scores)
        assert list(found.value.fields) == [field]
    kept = finals.save_review(actor=actor, review=review, scores={"achievement": "40", "technology": ""})
    with refused(AccessDenied, "review_incomplete"):
        finals.lock_review(actor=actor, review=review)
    with pytest.raises(Stale):
        finals.save_review(actor=actor, review=review, scores={}, version=kept.row_version - 1)
    score(review, 50)
    with refused(AccessDenied, "review_locked"):
        finals.save_review(actor=actor, review=review, scores={})
    assert finals.lock_review(actor=actor, review=review).state == "locked"


def test_after_the_closing_time_no_sheet_is_locked(scene: Scene) -> None:
    final = open_final(scene)
    review = final.reviews.filter(person=scene.world.experts[0]).select_related("person", "final").first()
    assert review is not None
    points = {"achievement": "40", "technology": "30", "business": "30"}
    finals.save_review(actor=actor_of(review.person), review=review, scores=points)
    clock.move_to(final.closes_at)
    with refused(AccessDenied, "final_closed"):
        finals.lock_review(actor=actor_of(review.person), review=review)


def test_who_computed_does_not_release(scene: Scene) -> None:
    final = open_final(scene)
    score_all(final, {"1": 95, "2": 80, "3": 30})
    with refused(WrongState, "wrong_state"):
        finals.release_final(actor=scene.manager, final=final)
    finals.compute_final(actor=scene.manager, final=final)
    with refused(AccessDenied, "own_work"):
        finals.release_final(actor=scene.manager, final=final)
    with refused(AccessDenied, "only_the_operator"):
        finals.release_final(actor=actor_of(scene.world.coordinator), final=final)
    second = worlds.person("둘째 담당")
    worlds.give(second, scene.world.operator, Role.MANAGER)
    assert finals.release_final(actor=actor_of(second), final=final).state == "released"
    assert finals.release_final(actor=actor_of(second), final=final).state == "released"
    with refused(WrongState, "wrong_state"):
        compute(scene, final)


def test_the_graded_project_still_pays_its_approved_milestones(scene: Scene) -> None:
    from didimdol.projects import gates

    scene.deliver()
    scene.accept()
    scene.approve()
    released(scene, {"1": 95, "2": 80, "3": 30})
    assert gates.payable(scene.measured)


def _close(scene: Scene, final: Final) -> None:
    later(11)
    compute(scene, final)
    finals.release_final(actor=scene.manager, final=final)
