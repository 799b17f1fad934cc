"""The three tiers of a draw: what each shows, proves and keeps to itself."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from attacks import openable, texts
from didimdol_decide import cli
from didimdol_decide.drawing import compute, own_view, public_view, recompute_draw, seal_draw
from didimdol_decide.drawing.opening import OpenDraw
from didimdol_decide.drawing.tiers import own_line
from didimdol_decide.record.report import Report
from didimdol_decide.sealing import public_hex
from samples import KEY
from test_drawing import EXPERTS, inputs, pool, sample

KEYS = {"k": public_hex(KEY)}


@cache
def full() -> dict[str, Any]:
    return seal_draw(sample(), KEY, "k", salt="5a" * 32)


def states(report: Report) -> dict[str, bool | None]:
    return {check.key: check.ok for check in report.checks}


def test_public_and_own_are_genuine_and_say_what_they_cannot_tell() -> None:
    for view in (public_view(full()), own_view(full(), "a")):
        report = recompute_draw(json.loads(json.dumps(view)), keys=KEYS)
        assert report.ok, report
        assert states(report)["numbers"] is True
        assert states(report)["draw"] is None
    assert states(recompute_draw(full(), keys=KEYS))["public_part"] is True


@pytest.mark.parametrize("tier", ["public", "own"])
def test_every_change_is_found(tier: str) -> None:
    record = public_view(full()) if tier == "public" else own_view(full(), "b")
    paths: list[tuple[Any, ...]] = []

    def walk(value: Any, path: tuple[Any, ...]) -> None:
        inner = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        for key, entry in inner:
            walk(entry, (*path, key))
        if not isinstance(value, dict | list):
            paths.append(path)

    walk(record, ())
    for path in paths:
        changed = copy.deepcopy(record)
        place: Any = changed
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = f"{place[path[-1]]}0"
        assert not recompute_draw(changed, keys=KEYS).ok, path


def test_a_number_that_the_seed_does_not_give_is_found_although_it_is_signed() -> None:
    """Whoever holds the key signs a public part of their own: the numbers still have to follow."""
    from didimdol_decide.canonical import digest
    from didimdol_decide.drawing.record import FORMAT
    from didimdol_decide.record.whole import TIERED
    from didimdol_decide.sealing import signature_hex

    for path, wrong in (
        (("steps", 0, "number"), "0"),
        (("steps", 0, "ways"), "7"),
        (("replacements", 0, "step", "number"), "99"),
        (("reveals", 0, "secret"), "another"),
        (("seed",), "0" * 64),
    ):
        record = copy.deepcopy(public_view(full()))
        place: Any = record["payload"]
        for key in path[:-1]:
            place = place[key]
        if place[path[-1]] == wrong:
            place[path[-1]] = "1"
        else:
            place[path[-1]] = wrong
        record["digest"] = record["heads"]["public"] = digest(record["payload"])  # type: ignore[index]
        record["signature"] = signature_hex(KEY, FORMAT, {name: record[name] for name in TIERED})
        failed = {key for key, ok in states(recompute_draw(record, keys=KEYS)).items() if ok is False}
        assert failed, path
        assert failed <= {"commitments", "numbers"}


def test_the_public_part_holds_no_person_and_no_commitment_opens() -> None:
    given = pool(
        "v1:x:north v2:x:south v3:y:north v4:x:south v5:y",
        [{"id": "drones", "seats": 2, "conflicts": [{"person": "v5", "reason": "adviser of an applicant"}]}],
    )
    one = compute(inputs(given)).panels[0].members[0]
    drawn = inputs(given, [{"panel": "drones", "people": [one], "reason": "kin"}])
    outcome, record = compute(drawn), seal_draw(drawn, KEY, "k")
    payload: Any = public_view(record)["payload"]
    shown = set(texts(payload))
    people = {person.id for person in drawn.pool.people}
    private = {"north", "south", "x", "y", "kin", "adviser of an applicant"}
    assert not shown & (people | private)
    assert private | people <= set(texts(record))
    lines = {person: own_line(drawn, outcome, person) for person in people}
    commitments = payload["lines"]
    assert len(commitments) == len(people)
    assert not openable(commitments, lines, [payload, sorted(people), sorted(private)])
    salt = own_view(record, "v1")["payload"]["salt"]  # type: ignore[index]
    assert openable(commitments, lines, [payload, salt]) == {"v1"}


def test_one_person_sees_their_own_line_alone() -> None:
    line: Any = own_view(full(), "a")["payload"]["line"]  # type: ignore[index]
    assert line["person"]["id"] == "a"
    assert line["conflicts"] == [{"panel": "q", "reason": "kin"}]
    seats = {entry["panel"]: entry["members"] for entry in full()["payload"]["outcome"]["panels"]}
    assert line["panels"] == [panel for panel, members in seats.items() if "a" in members]
    assert not set(texts(line)) & {"b", "c", "d", "e", "f", "g", "h"}
    with pytest.raises(KeyError):
        own_view(full(), "nobody")
    with pytest.raises(ValueError, match="only a full record"):
        public_view(public_view(full()))


def test_a_sealed_pool_is_salted_so_that_its_digest_confirms_no_guess() -> None:
    given = pool("a:x b:x", [{"id": "p", "seats": 1}])
    one, other = (OpenDraw.of(given, ("agency", "company")) for _ in range(2))
    assert one.pool_digest != other.pool_digest
    assert one.pool.model_copy(update={"salt": None}) == given.in_order()
    assert "salt" not in given.as_json()  # an older pool keeps its digest


def test_panels_drawn_in_turn_are_followed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from didimdol_decide.drawing import procedure

    monkeypatch.setattr(procedure, "TOGETHER", 3)
    panels = [{"id": name, "seats": 2} for name in "pqr"]
    record = seal_draw(
        inputs(pool("a:x b:x c:y d:y e:x f:y g:x", panels, quotas=[EXPERTS], panels_each=1)), KEY, "k"
    )
    steps: Any = public_view(record)["payload"]["steps"]  # type: ignore[index]
    assert {step["how"] for step in steps} == {"in_turn"}
    assert states(recompute_draw(public_view(record), keys=KEYS))["numbers"] is True


def test_show_writes_the_parts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "full.json"
    path.write_text(json.dumps(full()), encoding="utf-8")
    part = tmp_path / "part.json"
    assert cli.main(["show", str(path), "--out", str(part)]) == 0
    assert json.loads(part.read_text(encoding="utf-8")) == public_view(full())
    capsys.readouterr()
    assert cli.main(["recompute", str(part), "--lang", "en"]) == 0
    told = capsys.readouterr().out
    assert "of" in told
    assert "needs the pool" in told
    assert cli.main(["show", str(path), "--own", "a", "--json"]) == 0
    own = json.loads(capsys.readouterr().out)
    assert own == own_view(full(), "a")
    mine = tmp_path / "own.json"
    mine.write_text(json.dumps(own), encoding="utf-8")
    assert cli.main(["recompute", str(mine), "--lang", "en"]) == 0
    assert "own: a:" in capsys.readouterr().out
    assert cli.main(["show", str(path), "--own", "nobody"]) == 2
    assert cli.main(["show", str(part)]) == 2
    assert (
        cli.main(
            [
                "draw",
                "replace",
                str(part),
                "--panel",
                "p",
                "--person",
                "a",
                "--reason",
                "r",
                "--key",
                str(tmp_path / "k.pem"),
                "--out",
                str(tmp_path / "o.json"),
            ]
        )
        == 2
    )
    path.write_text('{"format": "didimdol.matching/1"}', encoding="utf-8")
    assert cli.main(["show", str(path)]) == 2
