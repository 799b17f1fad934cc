from __future__ import annotations

from datetime import date

import pytest

from didimdol.demands import actions, queries
from didimdol.demands.content import Content, criteria_from
from didimdol.demands.models import Demand
from didimdol.kernel.actor import PUBLIC
from didimdol.kernel.problems import AccessDenied, BadInput, Invisible, Stale, WrongState
from didimdol.notices.models import Message, Todo
from didimdol.programmes import ports
from didimdol.programmes.queries import rules_of
from didimdol.records.models import AuditEvent
from didimdol_lab.contract import Assurance, DeviceProfile
from server.tests.demands.conftest import ACCURACY, SIZE, criterion


@pytest.fixture
def told(scene, monkeypatch):
    monkeypatch.setattr(ports.applicants_of, "_answer", lambda challenge: [scene.people["stranger"].id])


def propose(scene, demand):
    return actions.propose_demand(actor=scene.acts("lead"), demand=demand)


def publish(scene, demand):
    propose(scene, demand)
    return actions.publish_demand(actor=scene.acts("manager"), demand=demand)


# --- writing -------------------------------------------------------------------------------------------------------


def test_a_demand_is_written_by_its_company(scene, demand):
    assert demand.state == "draft"
    assert demand.written_by == scene.people["lead"]
    assert queries.criteria_of(demand) == [criterion(), SIZE]
    assert queries.labels_of(demand) == ["arch:x86_64", "runtime:onnxruntime-cpu"]
    event = AuditEvent.objects.within(type="demand.created").get()
    assert event.chain == str(scene.challenge.id)
    assert event.facts == {"field": "laptop", "company": str(scene.organisations["river"].id)}


@pytest.mark.parametrize("who", ["manager", "coordinator", "auditor", "rival", "sponsor", "stranger"])
def test_nobody_else_writes_for_the_company(scene, whole, who):
    with pytest.raises(AccessDenied):
        actions.create_demand(
            actor=scene.acts(who),
            challenge=scene.challenge,
            field=scene.challenge.fields.get(key="laptop"),
            company=scene.organisations["river"],
            content=whole(),
        )


def test_a_company_writes_in_its_own_fields_only(scene, whole):
    with pytest.raises(BadInput) as refused:
        actions.create_demand(
            actor=scene.acts("lead"),
            challenge=scene.challenge,
            field=scene.challenge.fields.get(key="robot"),
            company=scene.organisations["river"],
            content=whole(),
        )
    assert "field" in refused.value.fields


def test_after_closing_no_demand_is_written(announced, whole, clock_at):
    clock_at("2025-03-18 16:00")
    with pytest.raises(AccessDenied) as refused:
        actions.create_demand(
            actor=announced.acts("lead"),
            challenge=announced.challenge,
            field=announced.challenge.fields.get(key="laptop"),
            company=announced.organisations["river"],
            content=whole(),
        )
    assert refused.value.code == "demands_are_closed"


def test_saving_an_old_version_is_refused(scene, demand, whole):
    version = demand.row_version
    saved = actions.save_demand(
        actor=scene.acts("owner"), demand=demand, content=whole(title={"ko": "새 이름", "en": ""}), version=version
    )
    assert saved.title["ko"] == "새 이름"
    assert AuditEvent.objects.within(type="demand.saved").get().facts == {"changed": ["title"]}
    with pytest.raises(Stale):
        actions.save_demand(actor=scene.acts("lead"), demand=demand, content=whole(), version=version)


def test_the_budget_owner_is_somebody_with_that_role_there(scene, whole, demand):
    with pytest.raises(BadInput) as refused:
        actions.save_demand(actor=scene.acts("lead"), demand=demand, content=whole(budget_owner=scene.people["rival"]))
    assert "budget_owner" in refused.value.fields


@pytest.mark.parametrize(
    "criteria",
    [
        [criterion(), criterion()],
        [criterion(), criterion("another")],
        [
            criterion(),
            criterion(
                "tp", metric="throughput", statistic="value", comparison=">=", unit="1/s", boundary="with_input_copy"
            ),
        ],
        [criterion(f"k{n}", metric="model_size", statistic="value", unit="MB") for n in range(21)],
    ],
    ids=["same", "same measure", "two boundaries", "too many"],
)
def test_criteria_that_one_measurement_cannot_judge_are_refused(scene, demand, whole, criteria):
    with pytest.raises(BadInput) as refused:
        actions.save_demand(actor=scene.acts("lead"), demand=demand, content=whole(criteria=criteria))
    assert "criteria" in refused.value.fields


def test_a_criterion_from_outside_is_refused_by_its_number_and_rule():
    good = {"key": "a", "metric": "latency", "statistic": "p99", "comparison": "<=", "threshold": "1", "unit": "ms"}
    assert criteria_from([good])[0].threshold == 1
    with pytest.raises(BadInput) as refused:
        criteria_from([good, {**good, "comparison": ">="}])
    assert "2번째" in refused.value.message["ko"]


# --- proposing and approving ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "missing"),
    [
        ({"problem": {"ko": "", "en": ""}}, "해결할 문제"),
        ({"device": None}, "장비 라벨"),
        ({"criteria": []}, "기준"),
        ({"criteria": [ACCURACY]}, "데이터 세트"),
        ({"budget_owner": None}, "사업부 책임자"),
        ({"decision_on": None}, "도입 결정일"),
        ({"terms": {"ko": "", "en": ""}}, "비밀유지"),
    ],
)
def test_an_incomplete_demand_is_not_proposed_and_says_what_lacks(scene, demand, whole, fresh, more, missing):
    actions.save_demand(actor=scene.acts("lead"), demand=demand, content=whole(**more))
    with pytest.raises(AccessDenied) as refused:
        propose(scene, demand)
    assert refused.value.code == "demand_incomplete"
    assert missing in refused.value.message["ko"]
    assert fresh(demand).state == "draft"


def test_a_proposed_demand_waits_for_the_operator_and_stands_still(scene, demand, whole, fresh):
    propose(scene, demand)
    waiting = Todo.objects.within(subject_id=demand.id, closed_at=None).get()
    assert (waiting.role, waiting.organisation_id) == ("manager", scene.operator.id)
    with pytest.raises(AccessDenied) as refused:
        actions.save_demand(actor=scene.acts("lead"), demand=demand, content=whole())
    assert refused.value.code == "demand_is_fixed"
    propose(scene, demand)
    assert AuditEvent.objects.within(type="demand.propose").count() == 1


@pytest.mark.parametrize("who", ["coordinator", "auditor", "verifier", "lead", "owner", "rival", "stranger"])
def test_only_the_manager_approves_or_returns(scene, demand, who):
    propose(scene, demand)
    with pytest.raises(AccessDenied):
        actions.publish_demand(actor=scene.acts(who), demand=demand)
    with pytest.raises(AccessDenied):
        actions.return_demand(actor=scene.acts(who), demand=demand, reason="x")


def test_nobody_approves_what_they_write(scene, demand, grant):
    both = grant(scene.people["lead"], scene.operator, "manager", challenge=scene.challenge)
    actions.propose_demand(actor=both, demand=demand)
    with pytest.raises(AccessDenied) as refused:
        actions.publish_demand(actor=both, demand=demand)
    assert refused.value.code == "own_work"


def test_a_returned_demand_comes_back_with_the_reason(scene, demand, whole, fresh):
    propose(scene, demand)
    with pytest.raises(BadInput):
        actions.return_demand(actor=scene.acts("manager"), demand=demand, reason="")
    actions.return_demand(actor=scene.acts("manager"), demand=demand, reason="한계값의 근거를 적어 주십시오.")
    assert fresh(demand).state == "returned"
    assert {m.person_id for m in Message.objects.within(body__contains="근거")} == {
        scene.people["lead"].id,
        scene.people["owner"].id,
    }
    actions.save_demand(actor=scene.acts("lead"), demand=demand, content=whole())
    publish(scene, demand)
    assert fresh(demand).state == "published"


def test_published_demands_stand_with_the_notice_and_never_change(announced, demand, whole, fresh):
    publish(announced, demand)
    assert queries.published(announced.challenge) == [demand]
    assert queries.access_demand(PUBLIC, demand.id).published_at is not None
    with pytest.raises(AccessDenied):
        actions.save_demand(actor=announced.acts("lead"), demand=demand, content=whole())


def test_withdrawing_tells_the_applicants_of_a_public_demand_only(announced, demand, whole, told, fresh):
    second = actions.create_demand(
        actor=announced.acts("lead"),
        challenge=announced.challenge,
        field=demand.field,
        company=demand.company,
        content=whole(),
    )
    actions.withdraw_demand(actor=announced.acts("lead"), demand=second, reason="중복")
    assert not Message.objects.within(person=announced.people["stranger"]).exists()
    publish(announced, demand)
    actions.withdraw_demand(actor=announced.acts("owner"), demand=demand, reason="제품 계획이 바뀌었습니다.")
    assert "제품 계획" in Message.objects.within(person=announced.people["stranger"]).get().body
    assert queries.published(announced.challenge) == []
    assert queries.access_demand(PUBLIC, demand.id).state == "withdrawn"
    with pytest.raises(WrongState):
        propose(announced, demand)


# --- walls ---------------------------------------------------------------------------------------------------------


def test_a_rival_never_sees_a_draft_and_the_operator_not_before_it_is_proposed(scene, demand):
    for who in ("rival", "sponsor", "stranger", "manager", "coordinator", "auditor"):
        with pytest.raises(Invisible):
            queries.access_demand(scene.acts(who), demand.id)
    for who in ("lead", "owner"):
        assert queries.access_demand(scene.acts(who), demand.id) == demand
    propose(scene, demand)
    for who in ("manager", "coordinator", "auditor", "verifier"):
        assert queries.access_demand(scene.acts(who), demand.id) == demand
    for who in ("rival", "sponsor", "stranger"):
        with pytest.raises(Invisible):
            queries.access_demand(scene.acts(who), demand.id)


def test_before_the_notice_even_an_approved_demand_is_not_public(scene, demand):
    publish(scene, demand)
    for actor in (PUBLIC, scene.acts("rival"), scene.acts("stranger")):
        with pytest.raises(Invisible):
            queries.access_demand(actor, demand.id)


def test_a_role_in_another_challenge_opens_nothing(scene, demand, make_person, grant):
    import uuid

    elsewhere = grant(make_person(), scene.organisations["river"], "demand_lead", challenge=uuid.uuid4())
    with pytest.raises(Invisible):
        queries.access_demand(elsewhere, demand.id)


def test_companies_and_fields_offered_are_ones_own(scene):
    lead = scene.acts("lead")
    companies = queries.own_companies(lead, scene.challenge)
    assert companies == [scene.organisations["river"]]
    assert [f.key for f in queries.fields_for(scene.challenge, companies[0])] == ["laptop"]
    assert queries.own_companies(scene.acts("manager"), scene.challenge) == []
    assert queries.own_companies(PUBLIC, scene.challenge) == []


# --- the plan ------------------------------------------------------------------------------------------------------


def test_the_plan_comes_from_the_rulebook_the_device_and_the_criteria(scene, demand):
    plan = queries.plan_of(demand, {"x": {"shape": [1, 3, 224, 224], "fill": "random"}})
    assert (plan.threads, plan.limits.memory_mb, plan.min_samples, plan.processes) == (2, 1000, 662, 3)
    assert plan.inputs["x"].shape == [1, 3, 224, 224]
    assert plan.dataset_sha256 is None
    assert str(plan.max_foreign_cpu_share) == "0.5"
    again = queries.plan_of(demand, {"x": {"shape": [1, 3, 224, 224]}})
    assert again.digest() == plan.digest()


def test_a_device_set_aside_is_measured_under_strict_noise_limits(scene, demand, whole):
    strict = criterion(assurance=Assurance.measured, boundary="with_input_copy")
    demand = actions.save_demand(actor=scene.acts("lead"), demand=demand, content=whole(criteria=[strict]))
    plan = queries.plan_of(demand, {})
    assert str(plan.max_foreign_cpu_share) in ("0.1", "0.10")
    assert plan.boundary == "with_input_copy"


def test_the_plan_measures_on_the_runtime_that_the_devices_labels_name(scene, demand, whole):
    device = DeviceProfile(name="board", labels=["runtime:qnn-simulator", "htp_arch:75", "soc_model:57"])
    wanted = [
        criterion(
            key="npu", metric="accelerator_share", statistic="value", comparison=">=", unit="%", assurance="simulated"
        ),
        criterion(key="drift", metric="output_difference", statistic="value", unit="1", assurance="simulated"),
    ]
    content = whole(device=device, criteria=wanted)
    plan = queries.plan_of(actions.save_demand(actor=scene.acts("lead"), demand=demand, content=content), {})
    assert (plan.runtime, plan.precision) == ("qnn-simulator", "f16")
    assert plan.target == {"htp_arch": "75", "soc_model": "57"}
    assert plan.compare_outputs
    assert plan.sustained_seconds == 0


def test_without_a_label_the_model_runs_on_the_runtime_of_its_format(scene, demand):
    rulebook = rules_of(scene.challenge)
    kinds = {
        name: queries.plan_for(rulebook, [SIZE], inputs={}, filename=name).runtime for name in ("a.onnx", "A.TFLITE")
    }
    assert kinds == {"a.onnx": "onnxruntime-cpu", "A.TFLITE": "litert-cpu"}
    named = queries.plan_for(
        rulebook,
        [SIZE],
        inputs={},
        filename="a.tflite",
        device=DeviceProfile(name="b", labels=["runtime:openvino-cpu"]),
    )
    assert named.runtime == "openvino-cpu"


def test_a_criterion_on_the_worst_minute_makes_the_run_a_long_one(scene, demand, whole):
    wanted = [criterion(key="heat", metric="sustained_latency", statistic="value")]
    demand = actions.save_demand(actor=scene.acts("lead"), demand=demand, content=whole(criteria=wanted))
    assert queries.plan_of(demand, {}).sustained_seconds == 600


def test_a_demand_needs_a_korean_name(scene, demand):
    with pytest.raises(BadInput) as refused:
        actions.save_demand(
            actor=scene.acts("lead"),
            demand=demand,
            content=Content(title={"ko": " ", "en": "x"}, decision_on=date(2025, 1, 1)),
        )
    assert "title" in refused.value.fields
    assert Demand.objects.within(pk=demand.pk).get().title["ko"] == "노트북 배경 제거"


def test_the_business_unit_is_named_where_there_is_one(scene, whole):
    """Optional, in both languages; nothing is stored where nothing was written."""

    def made(**unit):
        content = whole(business_unit={"ko": "", "en": "", **unit})
        return actions.create_demand(
            actor=scene.acts("lead"),
            challenge=scene.challenge,
            field=scene.challenge.fields.get(key="laptop"),
            company=scene.organisations["river"],
            content=content,
        )

    assert made().business_unit == {}
    assert made(ko=" 가전사업부 ", en="Home appliances").business_unit == {"ko": "가전사업부", "en": "Home appliances"}
    for wrong in ({"en": "Home appliances"}, {"ko": "가" * 121}):
        with pytest.raises(BadInput) as refused:
            made(**wrong)
        assert list(refused.value.fields) == ["business_unit"]
