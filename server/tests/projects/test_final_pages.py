"""Pages of final evaluations and reviews: who sees them, the forms, the walls between companies."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from didimdol.kernel import clock
from didimdol.kernel.actor import SYSTEM
from didimdol.people.actions import create_organisation
from didimdol.people.enums import OrganisationKind, Role
from didimdol.projects.actions import milestones
from didimdol.projects.models import Final, Review
from server.tests import worlds
from server.tests.projects.scenes import Scene, later, project_scene
from server.tests.projects.standing import standing
from server.tests.projects.test_finals import compute, judge, of, open_final, panel, released, score, score_all

pytestmark = pytest.mark.django_db


@standing.world
def scene() -> Scene:
    return project_scene(2)


def url(name: str, row: Any = None) -> str:
    return reverse(f"projects:{name}", args=[row.pk] if row is not None else [])


def words(response: Any) -> str:
    return str(response.content.decode())


def own(final: Final, person: Any) -> Review:
    review = Review.objects.within(final=final, person=person).order_by("project__number").first()
    assert review is not None
    return review


def test_the_way_through_the_pages(scene: Scene, signed_in: Callable[[Any], Client]) -> None:
    manager, coordinator = signed_in(scene.world.manager), signed_in(scene.world.coordinator)
    assert url("open_final", scene.world.challenge) in words(manager.get(url("finals")))
    form = {
        "kind": "grade",
        "closes_at": (clock.now() + timedelta(days=5)).strftime("%Y-%m-%dT%H:%M"),
        "panel_expert": [str(expert.pk) for expert in scene.world.experts],
        "panel_demand": [],
    }
    short = manager.post(url("open_final", scene.world.challenge), form)
    assert short.status_code == 422 and "수요기업" in words(short)
    sent = manager.post(url("open_final", scene.world.challenge), {**form, "panel_demand": [str(judge(scene).pk)]})
    assert sent.status_code == 302
    final = Final.objects.within(challenge=scene.world.challenge).get()
    for person, _ in panel(scene):
        client = signed_in(person)
        listed = words(client.get(url("finals")))
        for review in Review.objects.within(final=final, person=person):
            assert review.get_absolute_url() in listed
            body = next(b for b in final.rule["bodies"] if b["key"] == review.body)
            points = {f"c-{c['key']}": str(c["max_points"] + 1) for c in body["criteria"]}
            wrong = client.post(review.get_absolute_url(), points)
            assert wrong.status_code == 422 and "배점" in words(wrong)
            points = {f"c-{c['key']}": str(c["max_points"]) for c in body["criteria"]}
            sent = client.post(review.get_absolute_url(), {**points, "comment": "좋습니다", "lock": "1"})
            assert sent["Location"] == url("lock_review", review)
            assert client.post(url("lock_review", review)).status_code == 302
            assert "좋습니다" in words(client.get(review.get_absolute_url()))
    assert coordinator.post(url("compute_final", final)).status_code == 302
    assert "최우수" in words(coordinator.get(final.get_absolute_url()))
    assert coordinator.post(url("release_final", final)).status_code == 403
    assert manager.post(url("release_final", final)).status_code == 302
    record = manager.get(url("final_record", final))
    assert record.json()["tier"] == "full" and "attachment" in record["Content-Disposition"]


def test_nobody_else_sees_a_final_or_a_sheet(scene: Scene, signed_in: Callable[[Any], Client]) -> None:
    final = open_final(scene)
    review = own(final, scene.world.experts[0])
    other = worlds.person("다른 기관")
    agency = create_organisation(actor=SYSTEM, kind=OrganisationKind.OPERATOR, name={"ko": "타기관", "en": "Other"})
    worlds.give(other, agency, Role.MANAGER)
    rival = worlds.person("경쟁사")
    worlds.give(rival, list(scene.world.companies.values())[1], Role.DEMAND_LEAD)
    for person in (other, rival, scene.lead, scene.ceo(), scene.world.experts[1]):
        client = signed_in(person)
        for page in (final.get_absolute_url(), url("compute_final", final), url("final_record", final)):
            assert client.get(page).status_code == 404, (person.name, page)
        assert client.get(review.get_absolute_url()).status_code == 404
        assert client.post(review.get_absolute_url(), {}).status_code == 404
        assert client.get(url("lock_review", review)).status_code == 404
        assert client.get(url("open_final", scene.world.challenge)).status_code in (403, 404)
        assert str(final.pk) not in words(client.get(url("finals")))
    # Those who conduct it see how far it is, never a sheet.
    for person in (scene.world.manager, scene.world.coordinator, scene.world.auditor):
        assert signed_in(person).get(final.get_absolute_url()).status_code == 200
        assert signed_in(person).get(review.get_absolute_url()).status_code == 404
    assert Client().get(url("finals")).status_code == 302


def test_a_reviewer_opens_the_files_of_the_project_while_it_is_open(
    scene: Scene, signed_in: Callable[[Any], Client]
) -> None:
    file = milestones.add_deliverable(
        actor=scene.startup, milestone=scene.measured, stream=io.BytesIO(b"%PDF-1.7"), filename="보고서.pdf"
    )
    test = scene.record()
    expert, company = signed_in(scene.world.experts[0]), signed_in(judge(scene))
    assert expert.get(url("deliverable", file)).status_code == 404
    final = open_final(scene)
    for client in (expert, company):
        assert client.get(url("deliverable", file)).status_code == 200
        assert client.get(url("test_log", test)).status_code == 200
        # The sheet shows the evidence; the milestone's own page is the parties'.
        assert client.get(url("milestone", scene.measured)).status_code == 404
    assert "보고서.pdf" in words(expert.get(own(final, scene.world.experts[0]).get_absolute_url()))
    later(11)
    assert expert.get(url("deliverable", file)).status_code == 404
    assert "평가 기간이 끝났습니다" in words(expert.get(own(final, scene.world.experts[0]).get_absolute_url()))


def test_who_accepted_since_reads_why_the_sheet_is_closed(scene: Scene, signed_in: Callable[[Any], Client]) -> None:
    final = open_final(scene, people=[*panel(scene), (scene.lead, "demand")])
    review = final.reviews.get(person=scene.lead, project=scene.project)
    scene.deliver()
    scene.accept()
    client = signed_in(scene.lead)
    page = words(client.get(review.get_absolute_url()))
    assert "평가할 수 없습니다" in page and "<form method" not in page.split("<main")[1].split("</main")[0]
    assert client.post(review.get_absolute_url(), {"c-fit": "40"}).status_code == 403
    assert client.post(url("lock_review", review)).status_code == 403


def test_a_startup_fetches_its_own_line_and_no_other(scene: Scene, signed_in: Callable[[Any], Client]) -> None:
    first, second = of(scene)
    assert signed_in(scene.ceo(first)).get(url("own_final_record", first)).status_code == 404
    released(scene, {"1": 95, "2": 70})
    got = signed_in(scene.ceo(first)).get(url("own_final_record", first))
    assert url("own_final_record", first) in words(signed_in(scene.ceo(first)).get(first.get_absolute_url()))
    assert url("own_final_record", first) not in words(signed_in(scene.lead).get(first.get_absolute_url()))
    assert got.json()["tier"] == "own" and got.json()["payload"]["line"]["id"] == str(first.pk)
    assert signed_in(scene.ceo(second)).get(url("own_final_record", first)).status_code == 404
    assert signed_in(scene.lead).get(url("own_final_record", first)).status_code == 404
    assert Client().get(url("own_final_record", first)).status_code == 302


def test_a_sheet_that_was_changed_elsewhere_is_not_overwritten(
    scene: Scene, signed_in: Callable[[Any], Client]
) -> None:
    final = open_final(scene)
    review = own(final, scene.world.experts[0])
    client = signed_in(scene.world.experts[0])
    assert client.post(review.get_absolute_url(), {"version": "1", "c-achievement": "10"}).status_code == 302
    assert client.post(review.get_absolute_url(), {"version": "1", "c-achievement": "20"}).status_code == 409
    assert own(final, scene.world.experts[0]).scores == {"achievement": "10"}


def test_the_lists_cost_the_same_at_one_and_at_fifty(
    scene: Scene, signed_in: Callable[[Any], Client], queries: Any
) -> None:
    from didimdol.kernel.action import save, writing

    released(scene, {"1": 95, "2": 70})
    expert, manager = signed_in(scene.world.experts[0]), signed_in(scene.world.manager)
    for client, cost in ((expert, EXPERT), (manager, MANAGER)):
        client.get(url("finals"))
        with queries(cost):
            client.get(url("finals"))
    with writing("tests.many", SYSTEM):
        for _ in range(50):
            final = Final(
                challenge=scene.world.challenge, kind="grade", rule={}, closes_at=clock.now(), state="released",
                opened_by=scene.world.manager, lottery_seed="s", lottery_commitment="c",
            )  # fmt: skip
            save(final)
            save(
                Review(final=final, project=scene.project, person=scene.world.experts[0], body="expert", state="locked")
            )
    for client, cost in ((expert, EXPERT), (manager, MANAGER)):
        with queries(cost):
            page = words(client.get(url("finals")))
        assert page.count("/projects/reviews/" if client is expert else "/projects/finals/") >= 50


EXPERT, MANAGER = 5, 6


def test_the_final_page_costs_the_same_with_many_projects(signed_in: Callable[[Any], Client], queries: Any) -> None:
    for count in (1, 6):
        scene = project_scene(count, key=f"small-{count}")
        final = open_final(scene)
        for review in Review.objects.within(final=final).select_related("project", "person", "final"):
            score(review, 80)
        final = compute(scene, final)
        client = signed_in(scene.world.manager)
        client.get(final.get_absolute_url())
        with queries(FINAL):
            client.get(final.get_absolute_url())


FINAL = 17


def test_both_languages(scene: Scene, signed_in: Callable[[Any], Client]) -> None:
    final = open_final(scene)
    score_all(final, {"1": 95, "2": 70})
    client = signed_in(scene.world.manager)
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    compute(scene, final)
    page = words(client.get(final.get_absolute_url()))
    assert (
        "Outstanding" in page
        and "Locked reviews" in page
        and "Release the outcome" in words(client.get(url("release_final", final)))
    )
