"""A demand's data set by task: chosen in the form, checked at upload, planned, measured, shown, signed."""

from __future__ import annotations

import io
import re
from html import unescape

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from didimdol.demands import actions, queries
from didimdol.demands.content import missing
from didimdol.demands.dataset import check_dataset, check_task
from didimdol.demands.tasks import EXAMPLES, NAMES, OUTPUTS, task_line
from didimdol.kernel.problems import BadInput
from didimdol.programmes.criteria import MEANINGS, MEASURES, lines
from didimdol.verification import evidence
from didimdol_lab.contract import TASKS, Metric, Task
from server.tests.demands.conftest import ACCURACY, criterion

pytestmark = pytest.mark.django_db

CER = criterion(
    "character_error_rate",
    metric="character_error_rate", statistic="value", comparison="<=", threshold="10", unit="%",
)  # fmt: skip


def packed(**arrays):
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)
    return out.getvalue()


def words(*texts):
    return np.frombuffer("\n".join(texts).encode(), np.uint8)


def spoken(n=40):
    return packed(
        audio=np.zeros((n, 16), "f4"), texts=words(*["불 켜 줘"] * n), vocabulary=words("", "불", "켜", "▁줘")
    )


# --- words ---------------------------------------------------------------------------------------------------------


def test_every_task_and_metric_has_its_words():
    assert set(NAMES) == set(OUTPUTS) == set(EXAMPLES) == set(Task)
    assert set(TASKS) <= set(MEANINGS)
    for metric in Metric:
        assert evidence.METRICS[metric]["ko"] and evidence.METRICS[metric]["en"]
    for task in Task:
        for lang in ("ko", "en"):
            line = task_line(task, lang)
            assert line.name and line.outputs and all(part.says for part in line.parts)
    assert MEASURES["mean_absolute_error"].choice["en"] == "Mean absolute error (MAE) (at most)"


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("task", list(Task))
def test_the_example_that_is_shown_makes_a_file_that_is_taken(task, lang):
    out = io.BytesIO()
    images = np.zeros((3, 8, 8), "f4")
    shown = {"np": np, "path": out, "images": images, "reference_model": lambda given: given.reshape(3, -1)}
    exec(task_line(task, lang).example, shown)
    out.seek(0)
    check_task(check_dataset(out), task)


def test_a_limit_of_quality_is_told_in_words():
    told = lines([CER], "ko")[0]
    assert (told.label, told.limit) == ("글자 오류율(CER)", "≤ 10 %")
    assert "음절" in told.meaning
    plain = criterion("e", metric="mean_absolute_error", statistic="value", comparison="<=", threshold="0.5", unit="1")
    assert lines([plain], "en")[0].limit == "≤ 0.5"


# --- the demand ----------------------------------------------------------------------------------------------------


def test_the_editor_offers_the_metrics_by_task_and_takes_those_that_fit(scene, signed_in, demand):
    lead = signed_in(scene.people["lead"])
    url = reverse("demands:edit", args=[demand.pk])
    page = unescape(lead.get(url).content.decode())
    group = page.split('<optgroup label="데이터 세트: 받아쓰기">')[1].split("</optgroup>")[0]
    assert re.findall(r'value="(\w+)"', group) == ["word_error_rate", "character_error_rate"]
    form = {
        "rows": "3", "version": demand.row_version, "company": demand.company_id, "field": demand.field_id,
        "title_ko": "받아쓰기", "measure_1": "character_error_rate", "threshold_1": "10",
    }  # fmt: skip
    wrong = lead.post(url, {**form, "dataset_task": "detection"})
    assert wrong.status_code == 422
    assert "‘받아쓰기’ 데이터 세트로만" in wrong.context["form"].errors["measure_1"][0]
    assert lead.post(url, {**form, "dataset_task": "poetry"}).status_code == 422
    assert lead.post(url, {**form, "dataset_task": "transcription"}).status_code == 302
    demand.refresh_from_db()
    assert (demand.dataset_task, demand.criteria[0]["metric"]) == ("transcription", "character_error_rate")
    assert lead.get(url).context["form"]["dataset_task"].value() == "transcription"


@pytest.mark.parametrize("threshold", ["1.01", "2"])
def test_a_limit_that_nothing_reaches_is_refused_at_its_row(scene, signed_in, demand, threshold):
    form = {
        "rows": "3", "version": demand.row_version, "company": demand.company_id, "field": demand.field_id,
        "title_ko": "비교", "dataset_task": "similarity", "measure_1": "reference_similarity", "threshold_1": threshold,
    }  # fmt: skip
    answer = signed_in(scene.people["lead"]).post(reverse("demands:edit", args=[demand.pk]), form)
    assert answer.status_code == 422
    assert "1 이하" in answer.context["form"].errors["threshold_1"][0]


def test_criteria_of_another_task_are_refused_whoever_asks(scene, demand, whole):
    with pytest.raises(BadInput) as refused:
        actions.save_demand(
            actor=scene.acts("lead"), demand=demand, content=whole(criteria=[ACCURACY], dataset_task=Task.regression)
        )
    assert "분류" in refused.value.message["ko"] and "Classification" in refused.value.message["en"]


@pytest.fixture
def spoken_demand(scene, demand, whole):
    content = whole(criteria=[criterion(), CER], dataset_task=Task.transcription)
    return actions.save_demand(actor=scene.acts("lead"), demand=demand, content=content)


def test_without_its_data_set_the_demand_is_not_whole(scene, spoken_demand):
    assert "품질 기준의 데이터 세트" in [what["ko"] for what in missing(spoken_demand)]
    actions.set_dataset(actor=scene.acts("lead"), demand=spoken_demand, stream=io.BytesIO(spoken()))
    spoken_demand.refresh_from_db()
    assert missing(spoken_demand) == []


def test_the_upload_page_says_what_the_file_holds(scene, signed_in, spoken_demand):
    page = signed_in(scene.people["lead"]).get(f"/demands/{spoken_demand.pk}/dataset/").content.decode()
    assert "texts: uint8[t]" in page and "vocabulary: uint8[v]" in page
    assert "CTC" in page and "np.savez_compressed" in page


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (packed(audio=np.zeros((4, 2), "f4"), labels=np.arange(4)), "dataset_unfit", "'texts'이(가) 없습니다"),
        (packed(texts=words("가"), vocabulary=words("가")), "dataset_unfit", "모델에 넣을 배열이 없습니다"),
        (packed(audio=np.zeros((4, 2), "f4"), texts=np.arange(4), vocabulary=words("가")), "dataset_unfit", "uint8[t]"),
        (spoken(20_001), "dataset_too_large", "20001개(한도 20000개)"),
    ],
)
def test_a_file_of_another_form_is_refused_at_upload(scene, signed_in, spoken_demand, content, code, said):
    upload = SimpleUploadedFile("set.npz", content)
    answer = signed_in(scene.people["lead"]).post(f"/demands/{spoken_demand.pk}/dataset/", {"dataset": upload})
    assert answer.status_code == 422
    assert said in unescape(answer.content.decode())
    with pytest.raises(BadInput) as refused:
        actions.set_dataset(actor=scene.acts("lead"), demand=spoken_demand, stream=io.BytesIO(content))
    assert refused.value.code == code
    assert refused.value.remedy["ko"] and refused.value.remedy["en"]
    spoken_demand.refresh_from_db()
    assert spoken_demand.dataset is None


def test_the_task_stays_while_a_data_set_is_there(scene, spoken_demand, whole):
    lead = scene.acts("lead")
    actions.set_dataset(actor=lead, demand=spoken_demand, stream=io.BytesIO(spoken()))
    with pytest.raises(BadInput) as refused:
        actions.save_demand(actor=lead, demand=spoken_demand, content=whole(dataset_task=Task.detection))
    assert refused.value.code == "demand_task" and "dataset_task" in refused.value.fields
    actions.remove_dataset(actor=lead, demand=spoken_demand)
    saved = actions.save_demand(actor=lead, demand=spoken_demand, content=whole(dataset_task=Task.detection))
    assert saved.dataset_task == "detection"


# --- from the demand to the evidence -------------------------------------------------------------------------------


def test_the_plan_asks_for_the_demands_task(scene, spoken_demand):
    actions.set_dataset(actor=scene.acts("lead"), demand=spoken_demand, stream=io.BytesIO(spoken()))
    spoken_demand.refresh_from_db()
    plan = queries.plan_of(spoken_demand, {"audio": {"shape": [1, 16]}})
    assert (plan.dataset_task, plan.dataset_sha256) == (Task.transcription, spoken_demand.dataset.sha256)


def test_startups_read_what_the_model_must_put_out_but_not_the_data(scene, client, fresh, spoken_demand, announced):
    lead = scene.acts("lead")
    actions.set_dataset(actor=lead, demand=spoken_demand, stream=io.BytesIO(spoken()))
    actions.propose_demand(actor=lead, demand=fresh(spoken_demand))
    actions.publish_demand(actor=scene.acts("manager"), demand=fresh(spoken_demand))
    page = client.get(spoken_demand.get_absolute_url()).content.decode()
    assert "글자 오류율(CER)" in page and "토큰 번호" in page
    assert client.get(f"/demands/{spoken_demand.pk}/dataset/file/")["Location"].startswith("/account/login/")
    told = client.get(f"/api/v1/challenges/{scene.challenge.slug}/demands").json()["items"][0]
    assert (told["has_dataset"], told["dataset_task"]) == (True, "transcription")
