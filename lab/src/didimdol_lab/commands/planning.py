"""From the command line to a plan: a plan file, or the defaults, with what the flags change."""

from __future__ import annotations

import argparse
from typing import Any

from pydantic import ValidationError

from ..contract import HOME, NATIVE, ModelCard, Plan, Precision, Runtime, Scenario
from .common import WrongUse, json_file, parse_input

MULTI_STREAM_SAMPLES = 8
"""Inferences in a query of MLPerf's multi_stream."""
_FLAGS = {
    "queries_per_second": "--qps",
    "samples_per_query": "--samples-per-query",
    "sustained_seconds": "--sustained",
    "target": "--target",
}


def add_flags(parser: argparse.ArgumentParser) -> None:
    """The flags of `plan_from`."""
    parser.add_argument("--plan", metavar="PLAN.json", help="측정 계획 / measurement plan")
    parser.add_argument("--input", action="append", default=[], metavar="NAME=1x576[:zeros|:16000]")
    parser.add_argument(
        "--runtime", choices=[each.value for each in Runtime], help="런타임 / what runs the model"
    )
    parser.add_argument(
        "--precision",
        choices=[each.value for each in Precision],
        help="계산 정밀도 / what floats are computed in",
    )
    parser.add_argument(
        "--target",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="예: htp_arch=75 / e.g. htp_arch=75",
    )
    parser.add_argument(
        "--scenario",
        choices=[each.value for each in Scenario],
        help="추론을 시작하는 방식 / when inferences are started",
    )
    parser.add_argument("--qps", metavar="N", help="server: 초당 질의 수 / queries a second")
    parser.add_argument(
        "--samples-per-query",
        metavar="N",
        help=f"multi_stream: 질의당 추론 수(기본 {MULTI_STREAM_SAMPLES}) / inferences a query",
    )
    parser.add_argument(
        "--sustained", type=int, metavar="SECONDS", help="쉬지 않는 실행 / a run without pauses"
    )
    parser.add_argument(
        "--compare-outputs", action="store_true", help="기준 출력과 비교 / compare outputs with the reference"
    )
    parser.add_argument("--per-layer", action="store_true", help="계층별 시간 / time of each layer")


def plan_from(arguments: argparse.Namespace) -> Plan:
    """The plan file or the defaults, changed by the flags. Raises WrongUse."""
    plan: Plan = json_file(arguments.plan, Plan) if arguments.plan else Plan()
    changed: dict[str, Any] = {}
    if arguments.input:
        changed["inputs"] = {**plan.inputs, **dict(parse_input(text) for text in arguments.input)}
    if arguments.runtime:
        runtime = Runtime(arguments.runtime)
        changed |= {"runtime": runtime, "precision": NATIVE.get(runtime, Precision.f32)}
    if arguments.precision:
        changed["precision"] = arguments.precision
    if arguments.target:
        changed["target"] = {**plan.target, **dict(_pair(text) for text in arguments.target)}
    if arguments.sustained is not None:
        changed["sustained_seconds"] = arguments.sustained
    changed |= {name: True for name in ("compare_outputs", "per_layer") if getattr(arguments, name)}
    return _valid(plan, changed | _scenario(plan, arguments))


def _scenario(plan: Plan, arguments: argparse.Namespace) -> dict[str, Any]:
    """What the scenario flags change. Raises WrongUse where one goes with another scenario."""
    rate, a_query = arguments.qps, arguments.samples_per_query
    if arguments.scenario is None and rate is None and a_query is None:
        return {}
    chosen = plan.scenario if arguments.scenario is None else Scenario(arguments.scenario)
    for option, value, owner in (
        ("--qps", rate, Scenario.server),
        ("--samples-per-query", a_query, Scenario.multi_stream),
    ):
        if value is not None and chosen is not owner:
            raise WrongUse(
                f"{option}: --scenario {owner}와 함께 쓰십시오.", f"{option} goes with --scenario {owner}."
            )
    if chosen is Scenario.server and rate is None:
        rate = plan.queries_per_second
        if rate is None:
            raise WrongUse(
                "server 시나리오에는 초당 질의 수가 필요합니다. 예: --qps 10",
                "The server scenario needs the queries a second, such as --qps 10.",
            )
    if a_query is None:
        a_query = plan.samples_per_query if plan.scenario is chosen else 1
        if chosen is Scenario.multi_stream and plan.scenario is not chosen:
            a_query = MULTI_STREAM_SAMPLES
    return {"scenario": chosen, "queries_per_second": rate, "samples_per_query": a_query}


def at_home(plan: Plan, card: ModelCard, arguments: argparse.Namespace) -> Plan:
    """Where neither flag nor plan file chose a runtime: the one that the model's format is at home in."""
    if arguments.plan or arguments.runtime:
        return plan
    return _valid(plan, {"runtime": HOME[card.format]})


def _valid(plan: Plan, changed: dict[str, Any]) -> Plan:
    try:
        return Plan.model_validate({**plan.model_dump(by_alias=True), **changed})
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(map(str, first["loc"]))
        said = f"{_FLAGS.get(where, where)}: {first['msg']}" if where else str(first["msg"])
        raise WrongUse(f"측정 계획이 맞지 않습니다. {said}", f"The plan is not valid. {said}") from None


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name or not value:
        raise WrongUse(f"--target {text}: 이름=값 꼴로 쓰십시오.", f"--target {text}: write name=value.")
    return name, value
