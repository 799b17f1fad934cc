"""Pages of milestones, tests, checks: who sees them, who may, and the forms."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from didimdol.people.enums import Role
from didimdol.people.models import Person
from didimdol.projects.actions import milestones
from didimdol.projects.models import Deliverable, Milestone, ModelVersion, WitnessedTest
from didimdol.records import keys
from didimdol.records.models import AccessEntry
from didimdol_lab.evidence import verify
from server.tests import worlds
from server.tests.projects.scenes import BETTER, MODEL, Scene, project_scene
from server.tests.projects.standing import standing

pytestmark = pytest.mark.django_db


@standing.world
def scene() -> Scene:
    return project_scene(2)


def url(name: str, row: Any) -> str:
    return reverse(f"projects:{name}", args=[row.pk])


def words(response: Any) -> str:
    return str(response.content.decode())


@standing.world
def strangers(scene: Scene) -> list[Person]:
    """Rival company, the other startup, an unassigned expert, a sponsor, another operator's manager."""
    rival, sponsor, other = worlds.person("경쟁사"), worlds.person("후원사"), worlds.person("다른 기관")
    worlds.give(rival, list(scene.world.companies.values())[1], Role.DEMAND_LEAD)
    from didimdol.kernel.actor import SYSTEM
    from didimdol.people.actions import create_organisation
    from didimdol.people.enums import OrganisationKind

    house = create_organisation(actor=SYSTEM, kind=OrganisationKind.TECHNOLOGY_SPONSOR, name={"ko": "칩", "en": "Chip"})
    worlds.give(sponsor, house, Role.SPONSOR, scene.world.challenge)
    agency = create_organisation(actor=SYSTEM, kind=OrganisationKind.OPERATOR, name={"ko": "타기관", "en": "Other"})
    worlds.give(other, agency, Role.MANAGER)
    return [rival, scene.world.ceos[1], scene.world.experts[0], sponsor, other]


def test_a_milestone_exists_for_its_parties_only(
    scene: Scene, strangers: list[Person], signed_in: Callable[[Any], Client]
) -> None:
    scene.deliver(BETTER, explanation="가지치기")
    milestones.ask_supplement(actor=scene.company, milestone=scene.measured, reason="파일을 보태 주십시오")
    file = milestones.add_deliverable(
        actor=scene.startup, milestone=scene.measured, stream=io.BytesIO(b"%PDF-1.7"), filename="보고서.pdf"
    )
    test, version = scene.record(), ModelVersion.objects.within(milestone=scene.measured).get()
    pages = [
        url("milestone", scene.measured), url("milestone_progress", scene.measured), url("submit_milestone", scene.measured),
        url("hand_in_model", scene.measured), url("record_test", scene.witnessed), url("deliverable", file),
        url("model_version", version), url("test_log", test), url("sign_test", test), url("checks", scene.project),
        url("milestone_evidence", scene.measured),
        url("check_project", scene.project),
    ]  # fmt: skip
    for person in strangers:
        client = signed_in(person)
        assert [client.get(page).status_code for page in pages] == [404] * len(pages), person.name
        assert client.post(url("accept_milestone", scene.measured)).status_code == 404
    for page in pages:
        assert Client().get(page).status_code == 302
    for person in (
        scene.ceo(),
        scene.lead,
        scene.owner,
        scene.world.manager,
        scene.world.coordinator,
        scene.world.auditor,
    ):
        client = signed_in(person)
        for page in (pages[0], pages[1], pages[5], pages[7], pages[9]):
            assert client.get(page).status_code == 200, (person.name, page)


def test_the_model_itself_is_for_startup_and_operator(scene: Scene, signed_in: Callable[[Any], Client]) -> None:
    version = scene.hand_in()
    for person, status in ((scene.ceo(), 200), (scene.world.manager, 200), (scene.lead, 404), (scene.owner, 404)):
        assert signed_in(person).get(url("model_version", version)).status_code == status
    assert AccessEntry.objects.unscoped(why="test").filter(what="model", subject_id=version.pk).count() == 2
    assert "model.onnx" in words(signed_in(scene.lead).get(url("milestone", scene.measured)))


def test_the_whole_way_through_the_pages(scene: Scene, signed_in: Callable[[Any], Client]) -> None:
    startup, company, manager = signed_in(scene.ceo()), signed_in(scene.lead), signed_in(scene.world.manager)
    hand_in = url("hand_in_model", scene.measured)
    assert startup.get(hand_in).status_code == 200
    refused = startup.post(hand_in, {"file": SimpleUploadedFile("model.onnx", BETTER)})
    assert refused.status_code == 422 and "앞선 모델과 다른 파일입니다" in words(refused)
    sent = startup.post(hand_in, {"file": SimpleUploadedFile("model.onnx", BETTER), "explanation": "8비트 양자화"})
    assert sent.status_code == 302
    page = words(startup.get(url("milestone", scene.measured)))
    assert "측정이 끝나지 않았습니다" in page and url("milestone_progress", scene.measured) in page
    poll = startup.get(url("milestone_progress", scene.measured))
    assert (
        startup.get(url("milestone_progress", scene.measured), headers={"if-none-match": poll["ETag"]}).status_code
        == 304
    )
    scene.measure()
    page = words(startup.get(url("milestone", scene.measured)))
    assert "모든 기준을 충족했습니다" in page and "8비트 양자화" in page and "인수 전" in page
    assert startup.post(url("submit_milestone", scene.measured)).status_code == 302
    before = words(company.get(url("accept_milestone", scene.measured)))
    assert "8비트 양자화" in before and "함께 인수하는 모델 계보" in before
    assert company.post(url("accept_milestone", scene.measured)).status_code == 302
    assert manager.post(url("approve_milestone", scene.measured)).status_code == 302
    assert "지급 조건 충족" in words(startup.get(url("milestone", scene.measured)))


def test_the_evidence_behind_a_gate_is_checked_without_the_server(
    scene: Scene, strangers: list[Person], signed_in: Callable[[Any], Client]
) -> None:
    scene.hand_in()
    address = url("milestone_evidence", scene.measured)
    assert signed_in(scene.ceo()).get(address).status_code == 404  # nothing was measured yet
    scene.measure()
    assert address in words(signed_in(scene.lead).get(url("milestone", scene.measured)))
    for person in (scene.ceo(), scene.lead, scene.owner, scene.world.manager, scene.world.auditor):
        report = verify(signed_in(person).get(address).content, known=keys.published())
        assert (report.genuine, report.verdict) == (True, "pass"), report.as_json()
    for person in strangers:
        assert signed_in(person).get(address).status_code == 404


def test_visible_but_not_allowed_is_said(scene: Scene, signed_in: Callable[[Any], Client]) -> None:
    cases = [
        (scene.lead, "submit_milestone", "창업기업만"), (scene.lead, "hand_in_model", "창업기업만"),
        (scene.ceo(), "accept_milestone", "수요기업만"), (scene.ceo(), "approve_milestone", "운영하는 기관"),
        (scene.world.coordinator, "drop_milestone", "운영하는 기관"), (scene.world.auditor, "supplement_milestone", "사업 담당만"),
        (scene.world.manager, "record_test", "창업기업과 수요기업만"),
    ]  # fmt: skip
    for person, name, reason in cases:
        for answer in (
            signed_in(person).get(url(name, scene.measured)),
            signed_in(person).post(url(name, scene.measured)),
        ):
            assert answer.status_code == 403 and reason in words(answer), (person.name, name)
    assert signed_in(scene.ceo()).post(url("submit_milestone", scene.measured)).status_code == 403
    assert signed_in(scene.ceo()).get(url("check_project", scene.project)).status_code == 403


def test_a_test_is_recorded_and_signed_on_the_pages(scene: Scene, signed_in: Callable[[Any], Client]) -> None:
    startup, company = signed_in(scene.ceo()), signed_in(scene.lead)
    form = {"plan": "라인에서 1,000개", "tested_on": "2025-05-02", "figure_accuracy": "많음"}
    wrong = startup.post(url("record_test", scene.witnessed), {**form, "file": SimpleUploadedFile("raw.csv", b"1,ok")})
    assert wrong.status_code == 422 and "숫자로 적어" in words(wrong)
    form["figure_accuracy"] = "94.2"
    assert startup.get(url("record_test", scene.witnessed)).status_code == 200
    sent = startup.post(url("record_test", scene.witnessed), {**form, "file": SimpleUploadedFile("raw.csv", b"1,ok")})
    assert sent.status_code == 302
    test = WitnessedTest.objects.within(milestone=scene.witnessed).get()
    assert "94.2" in words(company.get(url("sign_test", test)))
    for client in (startup, company):
        assert url("sign_test", test) in words(client.get(url("milestone", scene.witnessed)))
        assert client.post(url("sign_test", test)).status_code == 302
        assert url("sign_test", test) not in words(client.get(url("milestone", scene.witnessed)))
    assert "양측이 서명한 시험" in words(company.get(url("milestone", scene.witnessed)))
    log = company.get(url("test_log", test))
    assert b"".join(log.streaming_content) == b"1,ok" and "raw.csv" in log["Content-Disposition"]


def test_files_and_checks_on_the_pages(scene: Scene, signed_in: Callable[[Any], Client]) -> None:
    startup, manager = signed_in(scene.ceo()), signed_in(scene.world.manager)
    sent = startup.post(
        url("add_deliverable", scene.measured), {"file": SimpleUploadedFile("결과.pdf", b"%PDF-1.7"), "note": "1차"}
    )
    assert sent.status_code == 302
    file = Deliverable.objects.within(milestone=scene.measured).get()
    assert "결과.pdf" in words(startup.get(url("milestone", scene.measured)))
    assert b"".join(startup.get(url("deliverable", file)).streaming_content) == b"%PDF-1.7"
    check = url("check_project", scene.project)
    wrong = manager.post(check, {"kind": "mid_term", "result": "supplement", "comment": "보완"})
    assert wrong.status_code == 422 and "보완 기한" in words(wrong)
    assert manager.post(check, {"kind": "mid_term", "result": "continue", "comment": "순조로움"}).status_code == 302
    assert "순조로움" in words(startup.get(url("checks", scene.project)))


def test_the_page_costs_the_same_however_much_was_handed_in(
    scene: Scene, signed_in: Callable[[Any], Client], queries: Any
) -> None:
    client, page = signed_in(scene.lead), url("milestone", scene.measured)
    one = [MODEL, BETTER]
    for number in range(2):
        scene.hand_in(one[number % 2], explanation="변경")
    milestones.add_deliverable(actor=scene.startup, milestone=scene.measured, stream=io.BytesIO(b"0"), filename="0.txt")
    client.get(page)
    with queries(PAGE):
        client.get(page)
    for number in range(48):
        milestones.add_deliverable(
            actor=scene.startup, milestone=scene.measured, stream=io.BytesIO(str(number).encode()), filename="n.txt"
        )
        scene.hand_in(one[number % 2], explanation="변경")
    with queries(PAGE):
        client.get(page)
    assert Milestone.objects.within(pk=scene.measured.pk).get().models.count() == 50


PAGE = 20


def test_every_page_speaks_english(scene: Scene, signed_in: Callable[[Any], Client]) -> None:
    scene.deliver(BETTER, explanation="pruned")
    client = signed_in(scene.lead)
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    page = words(client.get(url("milestone", scene.measured)))
    assert "Lineage of the model" in page and "recomputed from the raw samples" in page
    assert "Findings" in words(_english(signed_in(scene.world.manager)).get(url("check_project", scene.project)))


def _english(client: Client) -> Client:
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    return client
