"""The shipped schemas are current, and what the commands really read and write is valid by them."""

from __future__ import annotations

import contextlib
import copy
import io
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

import didimdol_decide
from didimdol_decide.cli import main
from didimdol_decide.drawing import own_view as own_draw
from didimdol_decide.drawing import public_view as public_draw
from didimdol_decide.record import SelectionInputs, compute, own_view, public_view, seal_selection
from didimdol_decide.schema import schemas
from programmes import programme
from samples import KEY, inputs
from test_assignment_commands import PROBLEM
from test_audit_command import RULE, book, changed
from test_draw_command import a_pool

FOLDER = Path(didimdol_decide.__file__).parent / "schemas"
GOLDEN = Path(__file__).parent / "golden"
MADE = schemas()


def test_the_shipped_schemas_are_what_is_read_and_written() -> None:
    shipped = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    assert shipped.keys() == MADE.keys(), (
        "python -m didimdol_decide.schema decide/src/didimdol_decide/schemas"
    )
    for name, text in shipped.items():
        assert text == MADE[name], f"{name}: python -m didimdol_decide.schema writes it anew"
        Draft202012Validator.check_schema(json.loads(text))


def problems(name: str, document: Any) -> list[str]:
    return [error.message for error in Draft202012Validator(json.loads(MADE[name])).iter_errors(document)]


def golden(name: str) -> Any:
    return json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


def command(*arguments: Any) -> Any:
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        assert main([*map(str, arguments), "--json"]) in (0, 1)
    return json.loads(out.getvalue())


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """Real files of every kind, made and printed by the commands."""
    here = tmp_path_factory.mktemp("schemas")

    def file(name: str, value: Any) -> Path:
        (here / name).write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
        return here / name

    given = inputs(disclosure="all_totals")
    full = seal_selection(given, KEY, "2025-1")
    drawn = golden("draw-2")
    problem = file("problem.json", PROBLEM)
    daily = copy.deepcopy(PROBLEM)
    daily["applications"] = [{**row, "day": "mon"} for row in daily["applications"]]
    daily["evaluators"][0] |= {"max_load": 2, "max_per_day": {"mon": 1}}
    design = {"applications": 12, "places": 3, "judges": 6, "seats": [3], "rounds": 20}
    quick = {
        key: value for key, value in programme(3, 10).items() if key not in ("lottery", "rulebook_digest")
    } | {"settings": {"draws": 200}}
    pool = file("pool.json", a_pool())
    main(["draw", "seal", str(pool), "--body", "a", "--body", "b", "--out", str(here / "draw.json")])
    main(
        ["draw", "commit", str(here / "draw.json"), "--body", "a", "--secret-file", str(here / "secret.json")]
    )
    short = file("short.json", a_pool(panels=[{"id": "p", "seats": 3}], people=a_pool()["people"][:2]))
    sheet, rule = book(here / "scores.xlsx", changed(0, "총점", 80)), here / "rule.yaml"
    rule.write_text(RULE, encoding="utf-8")
    whatif = command("what-if", problem, "--lose", "kim")
    answer = command("explain", problem, "--application", "b", "--evaluator", "kim")
    meetings = golden("schedule-1")
    return {
        "selection-inputs": [given, full["payload"]["inputs"], *(programme(n, 8) for n in range(6))],  # type: ignore[index]
        "selection-record": [golden("selection-1"), full, public_view(full), own_view(full, "a1")],
        "score-input": [quick],
        "scores": [command("score", file("inputs.json", given))],
        "ranking": [compute(SelectionInputs.model_validate(given)).ranking.as_json()],
        "how-sure": [command("how-sure", file("quick.json", quick))],
        "panel-design": [design],
        "panel-plan": [command("how-sure", file("design.json", design), "--plan")],
        "report": [
            command("recompute", file("full.json", full)),
            command("recompute", GOLDEN / "draw-2.json"),
        ],
        "matching-record": [golden("matching-1")],
        "keys": [{"keys": [{"key_id": "2025-1", "public_key": full["public_key"]}]}],
        "draw-pool": [a_pool(), drawn["payload"]["inputs"]["pool"]],
        "draw-open": [json.loads((here / "draw.json").read_text(encoding="utf-8"))],
        "draw-secret": [json.loads((here / "secret.json").read_text(encoding="utf-8"))],
        "draw-record": [golden("draw-1"), drawn, public_draw(drawn), own_draw(drawn, "a")],
        "draw-explanation": [
            command("draw", "seal", short, "--body", "a", "--body", "b", "--out", here / "no.json")
        ],
        "schedule-problem": [meetings["problem"]],
        "schedule-record": [meetings],
        "audit-rule": [YAML(typ="safe", pure=True).load(RULE)],
        "audit-report": [command("audit", sheet, "--rule", rule)],
        "assignment-problem": [PROBLEM, daily, golden("assignment-1")["problem"]],
        "assignment": [golden("assignment-1")["assignment"]],
        "assignment-proof": [golden("assignment-1")["proof"]],
        "assignment-diagnosis": [golden("infeasible-1")["diagnosis"]],
        "assignment-record": [
            golden("assignment-1"),
            command("assign", problem),
            command("assign", file("daily.json", daily)),
        ],
        "assignment-infeasible": [golden("infeasible-1")],
        "assignment-change": [
            {"lose": ["kim"]},
            {"max_per_day": {"kim": 3, "lee": {"mon": 1}, "park": None}},
        ],
        "assignment-outcome": [whatif["outcome"]],
        "assignment-what-if": [whatif],
        "assignment-answer": [answer],
        "verification": [
            command("recompute", GOLDEN / f"{name}-1.json")
            for name in ("assignment", "infeasible", "schedule")
        ],
    }


def test_every_schema_is_tried(documents: dict[str, list[Any]]) -> None:
    # A room that adds its own schemas tries them in its own tests.
    assert documents.keys() == {name for name in MADE if not name.startswith(("affinity", "matching"))} | {
        "matching-record"
    }


def test_real_files_are_valid(documents: dict[str, list[Any]]) -> None:
    for name, given in documents.items():
        for document in given:
            assert problems(name, document) == [], name


def test_wrong_files_are_not(documents: dict[str, list[Any]]) -> None:
    for name, given in documents.items():
        for document in given:
            # An unknown key is refused everywhere but where the keys are names (scores by stage).
            wrong = [] if name == "scores" else {**copy.deepcopy(document), "surprise": 1}
            assert problems(name, wrong), name
    floats = inputs()
    floats["ballots"]["paper"][0]["points"]["team"] = 54.5
    assert problems("selection-inputs", floats)
    with pytest.raises(ValueError, match="never floats"):
        SelectionInputs.model_validate(floats)


def test_the_command_prints_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert capsys.readouterr().out.split() == sorted(MADE)
    assert main(["schema", "draw-pool"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(MADE["draw-pool"])
    assert main(["schema", "nothing", "--lang", "en"]) == 2
    assert "draw-pool" in capsys.readouterr().err
