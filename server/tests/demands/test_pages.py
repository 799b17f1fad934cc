from __future__ import annotations

import pytest
from django.urls import reverse

from didimdol.demands import actions
from didimdol.demands.models import Demand
from didimdol.demands.tables import demand_table
from didimdol.kernel import clock
from didimdol.kernel.action import writing
from didimdol.kernel.actor import PUBLIC, SYSTEM
from didimdol.records.models import AccessEntry


@pytest.fixture
def pages(signed_in, scene):
    return lambda name: signed_in(scene.people[name])


@pytest.fixture
def filled(scene):
    """What a person types into the editor."""
    return {
        "rows": "3",
        "company": str(scene.organisations["river"].pk),
        "field": str(scene.challenge.fields.get(key="laptop").pk),
        "title_ko": "노트북 소음 제거",
        "device_name": "gram",
        "device_labels": "arch:x86_64, runtime:onnxruntime-cpu",
        "measure_1": "latency_p99",
        "threshold_1": "20.5",
        "boundary_1": "model_only",
        "assurance_1": "measured_shared",
        "measure_2": "accuracy",
        "threshold_2": "90",
    }


def create_url(scene):
    return reverse("demands:create", args=[scene.challenge.slug])


def test_the_editor_writes_a_demand_and_a_double_click_writes_one(scene, pages, filled):
    browser = pages("lead")
    page = browser.get(create_url(scene))
    assert page.status_code == 200
    key = page.context["form"]["idempotency_key"].value()
    first = browser.post(create_url(scene), {**filled, "idempotency_key": key})
    again = browser.post(create_url(scene), {**filled, "idempotency_key": key})
    assert first.status_code == 302
    assert again["Location"] == first["Location"]
    demand = Demand.objects.within(challenge=scene.challenge).get()
    assert [(c["key"], c["threshold"], c["unit"], c["comparison"]) for c in demand.criteria] == [
        ("latency_p99", "20.5", "ms", "<="),
        ("accuracy", "90", "%", ">="),
    ]
    assert demand.device["labels"] == ["arch:x86_64", "runtime:onnxruntime-cpu"]
    shown = browser.get(first["Location"]).content.decode()
    assert "≤ 20.5 ms" in shown
    assert "아직 빠진 항목이 있습니다" in shown


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"threshold_1": ""}, "threshold_1", "한계값을 적어"),
        ({"rows": "9" * 5000, "title_ko": ""}, "title_ko", ""),
        ({"idempotency_key": "k" * 121}, "idempotency_key", ""),
        ({"measure_1": ""}, "measure_1", "무엇을 잴지"),
        ({"measure_2": "latency_p99"}, "measure_2", "기준 1에서 이미"),
        ({"threshold_2": "101"}, "threshold_2", "100% 이하"),
        ({"threshold_1": "-1"}, "threshold_1", ""),
        ({"threshold_1": "fast"}, "threshold_1", ""),
        ({"threshold_1": "NaN"}, "threshold_1", ""),
        ({"threshold_1": "1e20"}, "threshold_1", ""),
        ({"measure_1": "speed"}, "measure_1", ""),
        ({"device_labels": "fast laptop"}, "device_labels", "fast, laptop"),
        ({"device_labels": "runtime:onnxruntime-gpu"}, "device_labels", "openvino-cpu"),
        ({"device_labels": "runtime:qnn-simulator htp_arch:75"}, "device_labels", "soc_model"),
        ({"title_ko": ""}, "title_ko", ""),
        ({"field": "00000000-0000-0000-0000-000000000000"}, "field", ""),
        ({"decision_on": "2025-13-01"}, "decision_on", ""),
    ],
)
def test_the_editor_says_what_is_wrong_at_its_field(scene, pages, filled, wrong, field, said):
    answer = pages("lead").post(create_url(scene), {**filled, **wrong})
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert said in answer.content.decode()
    assert f'href="#id_{field}"' in answer.content.decode()
    assert not Demand.objects.within(challenge=scene.challenge).exists()


def test_another_field_of_a_rival_cannot_be_chosen(scene, pages, filled):
    robot = str(scene.challenge.fields.get(key="robot").pk)
    assert pages("lead").post(create_url(scene), {**filled, "field": robot}).status_code == 422


def test_more_rows_keep_what_was_typed_and_save_nothing(scene, pages, filled):
    answer = pages("lead").post(create_url(scene), {**filled, "more": "1", "threshold_2": "not yet"})
    assert answer.status_code == 200
    form = answer.context["form"]
    assert form.row_count == 5
    html = answer.content.decode()
    assert "노트북 소음 제거" in html
    assert "not yet" in html
    assert 'name="measure_5"' in html
    assert "errors-title" not in html
    assert not Demand.objects.within(challenge=scene.challenge).exists()
    most = pages("lead").post(create_url(scene), {**filled, "more": "1", "rows": "999999"})
    assert most.context["form"].row_count == 20


def test_editing_shows_what_is_stored_and_refuses_an_old_version(scene, pages, demand, filled):
    browser, path = pages("lead"), reverse("demands:edit", args=[demand.pk])
    form = browser.get(path).context["form"]
    assert form["measure_1"].value() == "latency_p99"
    assert str(form["threshold_2"].value()) == "5"
    version = form["version"].value()
    assert browser.post(path, {**filled, "version": version}).status_code == 302
    assert browser.post(path, {**filled, "version": version}).status_code == 409


@pytest.mark.parametrize(("who", "status"), [("manager", 403), ("rival", 403), ("stranger", 404)])
def test_nobody_else_opens_the_editor(scene, pages, demand, who, status):
    # A rival writes demands of its own fields: it gets the editor for those, and never this demand's.
    if who == "rival":
        assert pages(who).get(create_url(scene)).status_code == 200
        assert str(scene.organisations["river"].pk) not in pages(who).get(create_url(scene)).content.decode()
    else:
        assert pages(who).get(create_url(scene)).status_code == status
    assert pages(who).get(reverse("demands:edit", args=[demand.pk])).status_code == 404


@pytest.mark.parametrize(
    "step",
    ["", "edit/", "dataset/", "dataset/remove/", "dataset/file/", "propose/", "publish/", "return/", "withdraw/"],
)
def test_a_rival_company_cannot_see_a_draft_and_the_attempt_is_logged(scene, pages, demand, client, step):
    browser = pages("rival")
    assert browser.get(f"/demands/{demand.pk}/{step}").status_code == 404
    assert client.get(f"/demands/{demand.pk}/{step}")["Location"].startswith("/account/login/")
    logged = AccessEntry.objects.within(subject_id=demand.pk, outcome="not_visible", person=scene.people["rival"].id)
    assert logged.count() == 1
    if step not in ("", "dataset/file/"):
        assert browser.post(f"/demands/{demand.pk}/{step}", {"reason": "x"}).status_code == 404
    demand.refresh_from_db()
    assert demand.state == "draft"


def test_the_way_from_draft_to_public_on_the_pages(announced, pages, demand, client):
    url = demand.get_absolute_url()
    lead, manager = pages("lead"), pages("manager")
    assert lead.post(f"{url}propose/").status_code == 302
    assert manager.post(f"{url}return/", {"reason": ""}).status_code == 422
    assert manager.post(f"{url}return/", {"reason": "근거를 적어 주십시오."}).status_code == 302
    assert lead.post(f"{url}propose/").status_code == 302
    assert lead.post(f"{url}publish/").status_code == 403
    assert manager.post(f"{url}publish/").status_code == 302
    html = client.get(url).content.decode()
    for words in (
        "노트북 배경 제거",
        "리버전자",
        "추론 지연 시간 p99",
        "≤ 20 ms",
        "≤ 5 MB",
        "arch:x86_64",
        "2025. 12. 1.(월)",
        "지정됨",
    ):
        assert words in html, words
    assert announced.people["owner"].name not in html
    assert "이력" not in html
    assert "example-mark" in html
    notice = client.get("/challenges/stone-2025/").content.decode()
    assert "노트북 배경 제거" in notice
    assert "Background removal" in client.get(url, headers={"accept-language": "en"}).content.decode()


def test_the_managers_page_counts_what_waits_for_approval(announced, pages, demand):
    actions.propose_demand(actor=announced.acts("lead"), demand=demand)
    assert "승인 대기 1건" in pages("manager").get("/challenges/stone-2025/manage/").content.decode()


def many(scene, demand, count):
    with writing("test", SYSTEM):
        Demand.objects.bulk_create(
            Demand(
                challenge=scene.challenge,
                field=demand.field,
                company=demand.company,
                title={"ko": f"수요 {n}", "en": f"Demand {n}"},
                criteria=demand.criteria,
                decision_on=demand.decision_on,
                state="published",
                published_at=clock.now(),
            )
            for n in range(count)
        )


@pytest.mark.parametrize("count", [1, 50])
def test_the_list_costs_two_queries_however_long(announced, demand, queries, count):
    many(announced, demand, count)
    with queries(2):
        assert len(demand_table(PUBLIC, {}).rows) == count


@pytest.mark.parametrize("count", [1, 50])
def test_the_notice_costs_the_same_with_one_demand_and_with_fifty(announced, demand, client, queries, count):
    many(announced, demand, count)
    client.get("/challenges/stone-2025/")
    with queries(3):
        # the challenge, its demands, its amendments
        assert client.get("/challenges/stone-2025/").status_code == 200


def test_the_list_filters_and_sorts(announced, demand, client, pages):
    many(announced, demand, 3)
    assert len(demand_table(PUBLIC, {"q": "수요 1"}).rows) == 1
    assert len(demand_table(PUBLIC, {"challenge": "stone-2025"}).rows) == 3
    assert demand_table(PUBLIC, {"challenge": "other"}).rows == []
    assert demand_table(PUBLIC, {"state": "draft"}).rows == []
    assert len(demand_table(announced.acts("lead"), {"state": "draft"}).rows) == 1
    assert len(demand_table(PUBLIC, {"sort": "decision_on"}).rows) == 3
    assert client.get("/demands/?q=수요").status_code == 200
    assert client.get("/demands/?q=%00&challenge=%00").status_code == 400
