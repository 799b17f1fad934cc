"""A tiny challenge through to its adoption; the same seed gives the same outcome."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from didimdol.funding.models import Disbursement
from didimdol.outcomes.models import AdoptionCase
from didimdol.projects.models import Milestone, ModelVersion, Signature, WitnessedTest
from didimdol.verification.models import DeviceJob, Run
from server.tests import todos

Rehearse = Callable[..., dict[str, Any]]

CRITERIA = [
    {"key": "p99", "metric": "latency", "statistic": "p99", "comparison": "<=", "threshold": 50, "unit": "ms"},
    {"key": "size", "metric": "model_size", "statistic": "value", "comparison": "<=", "threshold": 50, "unit": "MB"},
]


def with_models(book: Any) -> None:
    """Models are handed in and measured; the notice sets the shares of grant and own money, and asks for the reasons of
    scores far from the panel's."""
    book["evaluation"]["stages"][0]["rule"]["deviation_percent"] = 10
    book["model_file"] = {"required": True, "formats": ["onnx"]}
    for field in book["fields"]:
        field["criteria"] = CRITERIA
    book["grant"] = {
        "cap": 100_000_000,
        "total": 300_000_000,
        "government_share_max": 70,
        "own_share_min": 30,
        "own_cash_min": 10,
        "own_in_kind_max": 20,
    }


@pytest.mark.django_db
def test_it_ends_whole_and_repeats_itself(rehearse: Rehearse) -> None:
    """And on the way nobody has a to-do whose page does not open for them; at its end none is left but a decision that
    its company has not taken."""
    digests = []
    clients: dict[Any, Client] = {}
    unopened: list[str] = []

    def look(event: str, step: dict[str, Any]) -> None:
        if event == "end" and not digests:  # on the first way
            unopened.extend(f"{step['key']}: {what}" for what in todos.refused(clients))

    for _ in range(2):
        with transaction.atomic():
            report = rehearse(with_models, applicants=12, seed=5, tell=look)
            digests.append(report["outcome_digest"])
            assert unopened == []
            left = {todo.subject_model for todo in todos.open_todos()}
            assert left == {"outcomes.AdoptionCase"}
            assert [step["key"] for step in report["steps"] if step["state"] != "done"] == [], report["findings"]
            assert report["whole"], report["findings"]
            everything_happened(report)
            transaction.set_rollback(True)
    assert digests[0] == digests[1]


def everything_happened(report: dict[str, Any]) -> None:
    figures = report["figures"]
    assert figures["call"]["submitted"] == 12
    assert figures["call"]["late_refused"] == 1
    assert figures["places"]["selected"] == 3
    assert figures["places"]["confirmed"] >= 2
    # Two jobs an application (the field's criteria, the demand's), each model and plan measured once.
    assert figures["devices"]["jobs"] == 24
    assert figures["devices"]["measured"] == len({run.model_sha256 for run in Run.objects.unscoped(why="a test")})
    assert figures["devices"]["reused"] == 24 - figures["devices"]["measured"]
    money = figures["money"]
    assert money["committed"] == money["granted"]
    assert money["paid"] == sum(Disbursement.objects.unscoped(why="a test").values_list("amount", flat=True))
    assert money["own_cash_and_kind"] > 0
    assert not DeviceJob.objects.unscoped(why="a test").filter(state__in=("queued", "leased")).exists()
    assert ModelVersion.objects.unscoped(why="a test").exists()
    assert WitnessedTest.objects.unscoped(why="a test").filter(state="signed").exists()
    assert set(Signature.objects.unscoped(why="a test").values_list("method", flat=True)) >= {"system", "link"}
    states = set(Milestone.objects.unscoped(why="a test").values_list("state", flat=True))
    assert states == {"approved"}
    cases = AdoptionCase.objects.unscoped(why="a test")
    assert set(cases.values_list("state", flat=True)) >= {"revenue_confirmed", "under_review"}
    assert figures["adoption"]["overdue"] >= 1


@pytest.mark.django_db
def test_another_seed_gives_other_people(rehearse: Rehearse) -> None:
    found = []
    for seed in (1, 2):
        with transaction.atomic():
            found.append(rehearse(until="load", seed=seed)["outcome_digest"])
            transaction.set_rollback(True)
    assert found[0] != found[1]
