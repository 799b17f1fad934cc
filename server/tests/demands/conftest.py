"""The scene of programmes, and a demand of its first company."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from didimdol.demands.actions import create_demand
from didimdol.demands.content import Content
from didimdol.demands.models import Demand
from didimdol_lab.contract import Criterion, DeviceProfile
from server.tests.demands.standing import standing
from server.tests.programmes.scenes import Scene, announced_scene, draft_scene

standing_files, stood = standing.files(), standing.fixture()


@standing.world
def scene() -> Scene:
    return draft_scene()


@standing.world
def announced(scene: Scene) -> Scene:
    return announced_scene(scene)


def criterion(key: str = "latency_p99", **more: Any) -> Criterion:
    values = {"metric": "latency", "statistic": "p99", "comparison": "<=", "threshold": "20", "unit": "ms", **more}
    return Criterion.model_validate({"key": key, **values})


SIZE = criterion("model_size", metric="model_size", statistic="value", threshold="5", unit="MB")
ACCURACY = criterion("accuracy", metric="accuracy", statistic="value", comparison=">=", threshold="90", unit="%")


@pytest.fixture
def whole(scene: Scene) -> Callable[..., Content]:
    """Everything that a proposal needs."""

    def content(**more: Any) -> Content:
        values: dict[str, Any] = {
            "title": {"ko": "노트북 배경 제거", "en": "Background removal"},
            "problem": {"ko": "화상 회의에서 배경이 늦게 지워집니다.", "en": "Too slow in calls."},
            "device": DeviceProfile(
                name="gram 17", labels=["arch:x86_64", "runtime:onnxruntime-cpu"], memory_mb=1000, threads=2
            ),
            "criteria": [criterion(), SIZE],
            "budget_owner": scene.people["owner"],
            "decision_on": date(2025, 12, 1),
            "terms": {"ko": "결과물의 권리는 창업기업에 있습니다.", "en": ""},
            **more,
        }
        return Content(**values)

    return content


@pytest.fixture
def demand(scene: Scene, whole: Callable[..., Content]) -> Demand:
    return create_demand(
        actor=scene.acts("lead"),
        challenge=scene.challenge,
        field=scene.challenge.fields.get(key="laptop"),
        company=scene.organisations["river"],
        content=whole(),
    )


@pytest.fixture
def fresh() -> Callable[[Demand], Demand]:
    return lambda row: Demand.objects.within(pk=row.pk).select_related("challenge__programme", "company", "field").get()
