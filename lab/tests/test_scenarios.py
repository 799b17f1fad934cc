"""What surrounds LoadGen: the plan's part of a scenario, the record, verdicts, the command line and the pages."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import hostile_models as h
from didimdol_lab import cli
from didimdol_lab.contract import Harness, LoadGenRun, Plan, Scenario, judge
from didimdol_lab.evidence import Report
from didimdol_lab.evidence.rendering import html
from didimdol_lab.interference import Window, condense, disturbances
from didimdol_lab.scenarios import called_invalid, objection, percentile
from test_contract import criterion, measured
from test_evidence import card
from test_loadgen import plan

RUN = {"version": "6", "scenario": "server", "valid": True, "queries": 5, "seed": 0, "percentile": 50} | {
    "duration_ns": 9
}


@pytest.mark.parametrize(
    ("harness", "run", "samples", "before"),
    [
        ("own_loop", None, 5, None),
        ("loadgen", None, 5, None),
        ("own_loop", RUN, 5, None),
        ("loadgen", {**RUN, "scenario": "offline"}, 5, None),
        ("loadgen", RUN, 4, None),
        ("loadgen", {**RUN, "samples_per_query": 2}, 5, None),
        ("loadgen", RUN, 5, "own_loop"),
    ],
)
def test_an_answer_that_does_not_fit_the_plan_is_noticed(
    harness: str, run: dict[str, Any] | None, samples: int, before: str | None
) -> None:
    asked = plan("server", queries_per_second=5)
    told = None if run is None else LoadGenRun.model_validate(run)
    found = objection(asked, Harness(harness), told, samples, None if before is None else Harness(before))
    assert found is not None
    assert objection(asked, Harness.loadgen, LoadGenRun.model_validate(RUN), 5, None) is None


@pytest.mark.parametrize(
    ("scenario", "samples", "found"),
    [("single_stream", 700, 90), ("server", 662, 99), ("multi_stream", 661, 90), ("offline", 63, 50)],
)
def test_loadgen_is_asked_for_what_the_samples_allow(scenario: str, samples: int, found: int) -> None:
    assert percentile(Scenario(scenario), samples) == found


def run(**more: Any) -> dict[str, Any]:
    return {**RUN, **more}


def test_a_run_is_invalid_exactly_when_it_says_why() -> None:
    for wrong in (run(valid=False), run(reasons=["late"])):
        with pytest.raises(ValidationError, match="exactly when it gives a reason"):
            LoadGenRun.model_validate(wrong)


def test_reasons_name_the_process() -> None:
    bad = LoadGenRun.model_validate(run(valid=False, reasons=["late", "later"]))
    good = LoadGenRun.model_validate(RUN)
    assert called_invalid([good, None, bad]) == ["LoadGen, process 3: late", "LoadGen, process 3: later"]


def test_switches_that_loadgen_causes_are_counted_but_not_judged() -> None:
    window = Window(inferences=100, own_ns=1, busy_ns=1, capacity_ns=10, switches=60)
    for judged in (True, False):
        seen = condense([window], judge_involuntary=judged)
        assert seen.involuntary_share == 0.6
        assert bool(disturbances(seen, Plan())) is judged
        assert ("involuntary_judged" in seen.model_dump()) is not judged


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"samples_per_query": 8}, "samples_per_query goes with scenario: multi_stream"),
        (
            {"runtime": "qualcomm-ai-hub", "target": {"device": "x"}, "scenario": "offline"},
            "write scenario: single_stream",
        ),
    ],
)
def test_a_scenario_that_would_be_ignored_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Plan.model_validate(values)


def test_throughput_counts_inferences_as_the_scenario_does() -> None:
    """Thirty blocks of equal times, 5 ms a sample: the bounds meet in the value."""
    rate = criterion("throughput", "value", 1)
    single, offline = judge(rate, measured()), judge(rate, measured(scenario="offline"))
    assert single.value == offline.value == offline.lower == 200
    several = [run(scenario="multi_stream", samples_per_query=8)]
    multi = judge(rate, measured(scenario="multi_stream", harness="loadgen", loadgen=several))
    assert (multi.value, multi.lower, multi.upper) == (1600, 1600, 1600)
    queries = [run(queries=900, duration_ns=3 * 10**9)] * 2
    server = judge(rate, measured(scenario="server", harness="loadgen", loadgen=queries))
    assert (server.value, server.verdict) == (Decimal(300), "inconclusive")


def test_offline_samples_are_no_latency() -> None:
    found = judge(criterion("latency", "p50", 10), measured(scenario="offline"))
    assert (found.value, found.verdict) == (None, "inconclusive")
    assert "measures throughput" in found.reason["en"]


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize(
    ("scenario", "there", "absent"),
    [
        ("single_stream", ["<h2>지연 시간</h2>", "<h2>Latency</h2>", "p99"], "offline"),
        ("offline", ["<h2>처리량</h2>", "<h2>Throughput</h2>", "offline"], "p99"),
        ("server", ["server", "LoadGen 6"], "offline"),
    ],
)
def test_the_evidence_page_names_the_scenario(
    scenario: str, there: list[str], absent: str, lang: str
) -> None:
    driven = (
        {} if scenario == "single_stream" else {"harness": "loadgen", "loadgen": [run(scenario=scenario)]}
    )
    seen = {"foreign_cpu_share": 0, "involuntary_switches": 9, "involuntary_judged": not driven}
    record = measured(scenario=scenario, interference=seen, **driven)
    asked = Plan.model_validate(
        {"scenario": scenario, "queries_per_second": 5 if scenario == "server" else None}
    )
    page = html(Report(measurement=record, plan=asked, card=card()), lang)  # type: ignore[arg-type]
    other = "<h2>L" if lang == "ko" else "<h2>지"
    assert all(word in page for word in there if not word.startswith("<h2>")), page
    assert any(word in page for word in there)
    assert absent not in page
    assert other not in page
    unjudged = "판정하지 않음" if lang == "ko" else "not judged"
    assert (unjudged in page) is bool(driven)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (["--scenario", "server"], "--qps"),
        (["--scenario", "offline", "--qps", "5"], "--scenario server"),
        (["--samples-per-query", "8"], "--scenario multi_stream"),
        (["--scenario", "multi_stream", "--samples-per-query", "0"], "--samples-per-query"),
        (["--scenario", "server", "--qps", "many"], "--qps"),
        (["--scenario", "server", "--qps", "0"], "--qps"),
    ],
)
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_a_scenario_that_cannot_be_is_wrong_use(
    line: list[str], words: str, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["measure", "missing.onnx", *line, "--lang", lang]) == 2
    shown = capsys.readouterr().err
    assert words in shown
    assert "Traceback" not in shown


@pytest.mark.parametrize(
    ("line", "words", "absent"),
    [
        (
            ["--scenario", "offline"],
            ["all samples at once (offline)", "Throughput: ", "run by MLPerf LoadGen"],
            "p50",
        ),
        (["--scenario", "server", "--qps", "500"], ["Response time p50", "(planned 500.00)"], "Throughput"),
        (["--scenario", "multi_stream"], ["Query latency p99", "Throughput: "], "Response"),
        ([], ["one inference after another", "Latency p50", "run by our own loop"], "Throughput"),
    ],
)
def test_the_command_tells_the_figures_of_the_scenario(
    line: list[str], words: list[str], absent: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny = h.save(h.good(), tmp_path / "tiny.onnx")
    file = tiny.parent / "plan.json"
    file.write_text(plan("single_stream", max_involuntary_share="1000000").model_dump_json())
    assert cli.main(["measure", str(tiny), "--plan", str(file), *line, "--lang", "en"]) == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in words), shown
    assert absent not in shown
