"""The sealed record alone is enough: checked by the command, without Django, server or database."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from didimdol.kernel.action import writing
from didimdol.kernel.actor import SYSTEM
from didimdol.records import keys
from didimdol.records.models import AccessEntry
from didimdol.selection.models import Line, Selection
from didimdol_decide.record import check_own, own_view
from server.tests import worlds

DECIDE = Path(__file__).resolve().parents[3] / "decide" / "src"
#: the command as anybody runs it; a Django in sight would be an error
COMMAND = "import sys; from didimdol_decide.cli import main; code = main(sys.argv[1:]); sys.exit(99 if 'django' in sys.modules else code)"


def recompute(
    folder: Path, record: dict[str, Any], ring: dict[str, Any] | None = None
) -> subprocess.CompletedProcess[str]:
    (folder / "RECORD.json").write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    (folder / "KEYS.json").write_text(json.dumps(ring or keys.public_ring()), encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-c", COMMAND, "recompute", "RECORD.json", "--keys", "KEYS.json"],
        cwd=folder, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(DECIDE), "HOME": str(folder)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def own_of(selection: Selection, number: str) -> dict[str, Any]:
    line = (
        Line.objects.within(selection=selection).select_related("own_record").get(application__number__endswith=number)
    )
    assert line.own_record is not None
    return line.own_record.document


def test_every_tier_is_genuine_away_from_the_server(released: Selection, tmp_path: Path) -> None:
    assert released.record and released.public_record
    full = recompute(tmp_path, released.record.document)
    assert (full.returncode, full.stderr) == (0, "")
    assert "진본입니다." in full.stdout
    for application in released.lines.values_list("application_id", flat=True):
        assert str(application) in full.stdout
    assert recompute(tmp_path, released.public_record.document).returncode == 0
    assert recompute(tmp_path, own_of(released, "06")).returncode == 0


def test_the_module_runs_as_a_command(released: Selection, tmp_path: Path) -> None:
    assert released.record
    (tmp_path / "RECORD.json").write_text(json.dumps(released.record.document), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "didimdol_decide.cli", "recompute", "RECORD.json", "--lang", "en"],
        cwd=tmp_path, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(DECIDE)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Genuine (signer not checked)." in done.stdout


def test_one_changed_value_is_found(released: Selection, tmp_path: Path) -> None:
    assert released.record and released.public_record
    stage = released.round.stage

    def ballot(record: dict[str, Any]) -> None:
        points = record["payload"]["inputs"]["ballots"][stage][0]["points"]
        points[next(iter(points))] = "1"

    def rank(record: dict[str, Any]) -> None:
        record["payload"]["outcome"]["ranking"]["applications"][0]["outcome"] = "reserve"

    def seed(record: dict[str, Any]) -> None:
        record["payload"]["inputs"]["lottery"]["seed"] = "0" * 64

    def signature(record: dict[str, Any]) -> None:
        record["signature"] = "0" * 128

    for change in (ballot, rank, seed, signature):
        record = copy.deepcopy(released.record.document)
        change(record)
        done = recompute(tmp_path, record)
        assert done.returncode == 1, change.__name__
        assert "진본이 아닙니다." in done.stdout
    public = copy.deepcopy(released.public_record.document)
    public["payload"]["selected"].pop()
    assert recompute(tmp_path, public).returncode == 1
    own = copy.deepcopy(own_of(released, "06"))
    own["payload"]["line"]["outcome"] = "selected"
    assert recompute(tmp_path, own).returncode == 1


def test_anothers_key_does_not_pass_for_ours(released: Selection, tmp_path: Path) -> None:
    assert released.record
    strange = {"keys": [{"key_id": released.record.key_id, "public_key": "ab" * 32}]}
    assert recompute(tmp_path, released.record.document, strange).returncode == 1


def test_an_own_record_belongs_to_the_public_one(released: Selection) -> None:
    assert released.record and released.public_record
    for number in ("01", "05", "06"):
        own = own_of(released, number)
        assert check_own(released.public_record.document, own, keys=keys.published()).ok
        # what the platform puts together for hundreds of applicants is what didimdol_decide makes of the full record
        assert own == own_view(released.record.document, own["payload"]["line"]["id"])
    stranger = copy.deepcopy(released.public_record.document)
    stranger["payload"]["commitments"] = stranger["payload"]["commitments"][1:]
    assert not check_own(stranger, own_of(released, "01"), keys=keys.published()).ok


def test_the_record_is_what_was_decided(released: Selection) -> None:
    assert released.record
    payload = released.record.document["payload"]
    inputs = {name: value for name, value in payload["inputs"].items() if name not in ("sealed_at", "versions")}
    assert inputs == {name: value for name, value in released.inputs.items() if name not in ("sealed_at", "versions")}
    assert payload["outcome"] == released.outcome
    assert payload["inputs"]["sealed_at"] and payload["inputs"]["versions"]


def test_nothing_personal_is_sealed(world: worlds.World, released: Selection) -> None:
    """Pseudonyms only: no name, no title, no comment, whichever tier."""
    assert released.record
    text = json.dumps(released.record.document, ensure_ascii=False)
    people = [world.manager, world.coordinator, *world.experts, *world.ceos]
    words = [
        *(p.name for p in people),
        *(p.email for p in people),
        *(str(p.pk) for p in people),
        *(s.name["ko"] for s in world.startups),
    ]
    assert [word for word in [*words, "아이디어", "근거가 분명합니다"] if word in text] == []


def test_the_public_record_names_nobody_but_the_selected(released: Selection) -> None:
    assert released.public_record
    text = json.dumps(released.public_record.document)
    for line in released.lines.select_related("application"):
        shown = str(line.application_id) in text
        assert shown == (line.computed == "selected")
        for figure in {line.score, line.application.number} - {"", "70"}:  # 70 is the cut-off, which the rules tell
            assert f'"{figure}"' not in text


@pytest.mark.parametrize("tier", ["full", "public"])
def test_a_sealed_record_cannot_be_rewritten(released: Selection, tier: str) -> None:
    from django.db import DatabaseError, transaction

    sealed = released.record if tier == "full" else released.public_record
    assert sealed is not None
    sealed.digest = "0" * 64
    with pytest.raises(DatabaseError), transaction.atomic(), writing("tests.rewrite", SYSTEM):
        sealed.save()


def test_opening_the_full_record_is_on_the_access_log(world: worlds.World, released: Selection, signed_in: Any) -> None:
    response = signed_in(world.auditor).get(f"/selection/{released.pk}/record/full/")
    assert response.status_code == 200
    assert released.record and json.loads(response.content) == released.record.document
    entry = AccessEntry.objects.within(subject_id=released.pk, person=world.auditor.pk).get()
    assert (entry.what, entry.outcome) == ("selection record (full)", "opened")
