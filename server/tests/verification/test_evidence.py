"""What a run says: rows, verdicts, histogram; and how a page follows a job."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from didimdol.design.parts import EvidenceRow
from didimdol.kernel.actor import SYSTEM
from didimdol.verification import actions, evidence, progress, queries
from didimdol.verification.models import DeviceJob
from didimdol.verification.standing import standing
from didimdol_lab.contract import Criterion, Harness, Interference, LoadGenRun, Progress, Refusal
from server.tests.verification.conftest import card, claim, finish, measured, queue

pytestmark = pytest.mark.django_db


def criterion(key: str, metric: str, threshold: str, statistic: str = "value", **more: Any) -> Criterion:
    directions = {
        "throughput": (">=", "1/s"),
        "accuracy": (">=", "%"),
        "latency": ("<=", "ms"),
        "load_time": ("<=", "ms"),
    }
    comparison, unit = directions.get(metric, ("<=", "MB"))
    return Criterion(
        key=key, metric=metric, statistic=statistic, comparison=comparison, threshold=threshold, unit=unit, **more
    )


CRITERIA = [
    criterion("fast", "latency", "20", "p99"),
    criterion("faster", "latency", "1", "p50"),
    criterion("edge", "latency", "5.5", "p50"),
    criterion("small", "peak_memory", "100"),
    criterion("right", "accuracy", "90"),
]


def done(owner: Any, device: Any, **more: Any) -> DeviceJob:
    queue(owner.id)
    return finish(device, claim(device), **more)  # type: ignore[arg-type]


def test_rows_say_claim_measurement_limit_and_verdict(owner: Any, device: Any) -> None:
    job = done(owner, device)
    rows = evidence.rows(CRITERIA, job, {"fast": "8", "small": 60}, "ko")
    assert [row.verdict for row in rows] == ["met", "not_met", "inconclusive", "met", "inconclusive"]
    fast = rows[0]
    assert (fast.criterion, fast.claim, fast.limit, fast.comparison, fast.unit) == (
        "추론 지연 시간 p99",
        "8",
        20,
        "at_most",
        "ms",
    )
    assert fast.lower is not None
    assert fast.lower <= fast.measured <= fast.upper
    assert (rows[3].measured, rows[3].lower, rows[3].claim) == (52, None, 60)
    assert "데이터 세트" in rows[4].note
    assert evidence.rows(CRITERIA, job, {}, "en")[0].criterion == "Inference latency p99"


def test_stragglers_do_not_squeeze_the_histogram(owner: Any, device: Any) -> None:
    job = queue(owner.id)
    claim(device)
    job.refresh_from_db()
    samples = [5_000_000 + (n * 7919) % 1_000_000 for n in range(700)] + [90_000_000] * 3
    told = measured(job).model_copy(update={"samples_ns": [samples]})
    actions.complete_job(actor=queries.actor_of(device), job=job, fencing=job.fencing, measurement=told, card=card(job))
    drawn = evidence.histogram(DeviceJob.objects.within(pk=job.pk).get(), [CRITERIA[0]])
    assert drawn is not None
    assert sum(bar.count for bar in drawn.bars) == 703
    assert sum(bar.count > 0 for bar in drawn.bars) > 20
    last = drawn.bars[-1]
    assert last.label.startswith("> ") and 3 <= last.count <= 7 and last.upper == 90


def test_a_disturbed_run_decides_nothing_about_time_but_about_size(owner: Any, device: Any) -> None:
    rows = evidence.rows(CRITERIA, done(owner, device, valid=False), {}, "ko")
    assert [row.verdict for row in rows] == ["disturbed", "disturbed", "disturbed", "met", "inconclusive"]


def test_before_the_measurement_every_row_is_pending(owner: Any, device: Any) -> None:
    for job in (None, queue(owner.id)):
        assert {row.verdict for row in evidence.rows(CRITERIA, job, {}, "ko")} == {"pending"}
    assert evidence.histogram(None) is None


def test_a_refused_model_says_why(owner: Any, device: Any) -> None:
    queue(owner.id)
    job = claim(device)
    refusal = Refusal(code="not_onnx", message={"ko": "ONNX가 아닙니다", "en": "No ONNX"}, remedy={"ko": "", "en": ""})
    assert job is not None
    job = actions.refuse_job(actor=queries.actor_of(device), job=job, fencing=1, refusal=refusal)
    row = evidence.rows(CRITERIA, job, {}, "ko")[0]
    assert (row.verdict, row.note) == ("측정 불가", "ONNX가 아닙니다")
    assert "ONNX가 아닙니다" in render_to_string("verification/_run.html", {"job": job, "rows": [row]})


def test_the_histogram_counts_every_sample(owner: Any, device: Any) -> None:
    job = done(owner, device, samples=700)
    drawn = evidence.histogram(job, CRITERIA)
    assert drawn is not None
    assert sum(bar.count for bar in drawn.bars) == 700
    assert (drawn.limit, drawn.unit) == (1, "ms")


@given(st.decimals(0, 10**9, places=6))
def test_shown_numbers_are_near_and_plain(value: Decimal) -> None:
    shown = evidence.shown(value)
    assert shown is not None
    assert abs(shown - value) <= Decimal("0.0005")
    assert "E" not in str(shown)


def test_verdicts_are_computed_once_a_run(owner: Any, device: Any, queries: Any, monkeypatch: Any) -> None:
    job = done(owner, device)
    evidence.rows(CRITERIA, job, {}, "ko")
    monkeypatch.setattr(evidence, "judge", lambda *_: pytest.fail("judged again"))
    with queries(0):
        assert len(evidence.rows(CRITERIA, job, {}, "en")) == 5


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_the_run_is_shown_with_its_circumstances(owner: Any, device: Any, lang: str) -> None:
    done(owner, device, valid=False)
    job = DeviceJob.objects.within(owner=owner.id).get()
    rows = evidence.rows(CRITERIA, job, {}, lang)
    with translation.override(lang):
        page = render_to_string("verification/_run.html", {"job": job, "rows": rows, "check_url": "/check/"})
    invalid = "무효: 방해받음" if lang == "ko" else "Invalid: disturbed"
    reason = "CPU의 40.0%를 썼습니다(한도 10.0%)" if lang == "ko" else "Others used 40.0% of the CPU (limit 10.0%)"
    for part in (invalid, reason, "Test CPU", "landlock-5", device.name, 'href="/check/"'):
        assert part in page, part


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_run_that_loadgen_calls_invalid_says_so_and_how_it_was_run(owner: Any, device: Any, lang: str) -> None:
    queue(owner.id)
    job = claim(device)
    run = LoadGenRun(
        version="6.0", scenario="single_stream", valid=False, reasons=["fewer queries than planned"], queries=700,
        seed=0, percentile=90, duration_ns=10**9,
    )  # fmt: skip
    seen = Interference(
        foreign_cpu_share=0.01, involuntary_switches=600, involuntary_share=0.9, involuntary_judged=False
    )
    record = measured(job, valid=False).model_copy(
        update={"harness": Harness.loadgen, "loadgen": [run], "interference": seen}
    )
    actor = queries.actor_of(device)
    actions.complete_job(actor=actor, job=job, fencing=job.fencing, measurement=record, card=card(job))
    job = DeviceJob.objects.within(owner=owner.id).get()
    rows = evidence.rows(CRITERIA, job, {}, lang)
    assert [row.verdict for row in rows[:2]] == ["inconclusive", "inconclusive"]
    with translation.override(lang):
        page = render_to_string("verification/_run.html", {"job": job, "rows": rows, "check_url": "/check/"})
    badge = "무효: LoadGen 판정" if lang == "ko" else "Invalid: by LoadGen"
    for part in (badge, "LoadGen: fewer queries than planned", "MLPerf LoadGen 6.0", "single_stream"):
        assert part in page, part
    # its own thread pushed the model off its core 600 times: that is no disturbance
    for absent in ("밀려났습니다", "pushed off", "방해", "disturbed the run"):
        assert absent not in page, absent


@pytest.mark.parametrize(
    ("lang", "words"),
    [("ko", ["실물 장비로 확인하지 못한 어댑터", "알 수 없음"]), ("en", ["untested adapter", "not known"])],
)
def test_a_run_elsewhere_says_what_is_not_known(owner: Any, device: Any, lang: str, words: list[str]) -> None:
    done(owner, device)
    job = DeviceJob.objects.within(owner=owner.id).get()
    assert job.run is not None
    job.run.measurement |= {
        "runtime": "qualcomm-ai-hub",
        "interference": {"foreign_cpu_share": 0, "involuntary_switches": 0, "known": False},
    }
    job.run.id = uuid4()  # parsed once an id
    with translation.override(lang):
        page = render_to_string("verification/_run.html", {"job": job, "rows": []})
    for part in ("Qualcomm AI Hub", *words):
        assert part in page, part
    assert "0.0%" not in page


@pytest.mark.parametrize(
    ("verdicts", "sentence"),
    [
        (["met", "met"], "모델이 모든 기준을 충족했습니다."),
        (["met", "inconclusive"], "판정할 수 없습니다"),
        (["disturbed", "met"], "판정할 수 없습니다"),
        (["inconclusive", "not_met"], "충족하지 못했습니다"),
    ],
)
def test_the_verdict_in_one_sentence_and_what_it_does_not_say(
    owner: Any, device: Any, verdicts: list[str], sentence: str
) -> None:
    done(owner, device)
    job = DeviceJob.objects.within(owner=owner.id).get()
    rows = [EvidenceRow(criterion=f"기준 {n}", verdict=verdict) for n, verdict in enumerate(verdicts)]
    page = render_to_string("verification/_run.html", {"job": job, "rows": rows})
    assert sentence in page
    assert "이 판정이 말하지 않는 것" in page
    assert "전력은 재지 않았습니다." in page


def test_a_reused_run_is_labelled(owner: Any, device: Any) -> None:
    done(owner, device)
    page = render_to_string("verification/_run.html", {"job": queue(owner.id), "rows": []})
    assert "앞선 측정을 다시 사용" in page


# --- live ----------------------------------------------------------------------------------------------------------


def poll(job: DeviceJob, etag: str = "", **headers: str) -> Any:
    if etag:
        headers["HTTP_IF_NONE_MATCH"] = etag
    return progress.respond(RequestFactory().get("/p/", **headers), job, "/p/")


def test_a_poll_is_304_until_something_moves(owner: Any, device: Any) -> None:
    job = queue(owner.id)
    first = poll(job)
    assert 'hx-get="/p/"' in first.content.decode()
    assert poll(job, first["ETag"]).status_code == 304
    leased = claim(device)
    assert leased is not None
    second = poll(leased, first["ETag"])
    assert second.status_code == 200
    actions.report_progress(
        actor=queries.actor_of(device), job=leased, fencing=1, progress=Progress(phase="measuring", done=1, total=3)
    )
    leased.refresh_from_db()
    third = poll(leased, second["ETag"])
    assert '<progress max="3" value="1"' in third.content.decode()
    finished = finish(device, leased)
    last = poll(finished, third["ETag"], HTTP_HX_REQUEST="true")
    assert "hx-get" not in last.content.decode()
    assert last["HX-Refresh"] == "true"
    assert "HX-Refresh" not in poll(finished)


def test_a_queued_job_says_how_many_stand_before_it(owner: Any, device: Any) -> None:
    queue(owner.id, content=b"1")
    second = queue(owner.id, content=b"2")
    assert standing(second).ahead == 1
    assert "앞에 1건" in poll(second).content.decode()


def test_jobs_of_many_subjects_come_in_one_query(owner: Any, device: Any, django_assert_num_queries: Any) -> None:
    subjects = [queue(owner.id, content=str(n).encode(), subject=uuid4()).subject for n in range(5)]
    actions.cancel_job(actor=SYSTEM, job=queries.latest_job(subjects[0]))  # type: ignore[arg-type]
    with django_assert_num_queries(1):
        found = queries.jobs_of(subjects)
    assert [len(found[subject]) for subject in subjects] == [1] * 5
    assert queries.latest_job(uuid4()) is None
