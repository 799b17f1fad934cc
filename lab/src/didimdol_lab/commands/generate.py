"""`didimdol-lab generate`: time to first token, tokens a second and memory by context length."""

from __future__ import annotations

import argparse
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ..contract import (
    Criterion,
    CriterionResult,
    Generation,
    GenerationPlan,
    Generator,
    Length,
    Validity,
    Verdict,
    judge_generation,
    quantile,
)
from ..refusals import Refused, shown
from .common import (
    INCONCLUSIVE,
    OK,
    REFUSED,
    Speaker,
    WrongUse,
    json_file,
    print_json,
    show_refusal,
    show_results,
)


def add_flags(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("model", help="폴더, zip 또는 tar / a folder, zip or tar")
    parser.add_argument("--plan", metavar="PLAN.json", help="측정 계획 / plan")
    parser.add_argument("--context", metavar="32,128", help="문맥 길이(토큰) / context lengths in tokens")
    parser.add_argument("--new", type=int, metavar="N", help="새로 생성할 토큰 수 / tokens to generate")
    parser.add_argument(
        "--runtime", choices=[each.value for each in Generator], help="실행 환경 / what generates"
    )
    parser.add_argument("--threads", type=int, metavar="N")
    parser.add_argument("--criteria", metavar="CRITERIA.json", help="합격 기준 목록 / acceptance criteria")
    parser.add_argument("--json", action="store_true")


def run(arguments: argparse.Namespace, say: Speaker) -> int:
    from ..generation import generate

    plan = _plan(arguments)
    criteria: list[Criterion] = json_file(arguments.criteria, list[Criterion]) if arguments.criteria else []
    try:
        found = generate(arguments.model, plan, progress=say.progress)
    except Refused as refused:
        return show_refusal(refused.refusal, say, arguments.json)
    results = [judge_generation(criterion, found) for criterion in criteria]
    if arguments.json:
        document = {"generation": found, "plan": plan, "results": results}
        print_json(TypeAdapter(dict[str, Any]).dump_python(document, mode="json"))
    else:
        _show(found, results, say)
    verdicts = {result.verdict for result in results}
    if Verdict.failed in verdicts:
        return REFUSED
    if Verdict.inconclusive in verdicts or (not results and found.validity is Validity.invalid):
        return INCONCLUSIVE
    return OK


def _plan(arguments: argparse.Namespace) -> GenerationPlan:
    """The plan of the file, changed by the options. Raises WrongUse."""
    plan: GenerationPlan = json_file(arguments.plan, GenerationPlan) if arguments.plan else GenerationPlan()
    changes: dict[str, Any] = {}
    if arguments.context is not None:
        try:
            changes["contexts"] = sorted({int(text) for text in arguments.context.split(",")})
        except ValueError:
            raise WrongUse(
                f"--context {shown(arguments.context)}: 32,128처럼 토큰 수를 쉼표로 나누어 쓰십시오.",
                f"--context {shown(arguments.context)}: write numbers of tokens with commas, such as 32,128.",
            ) from None
    for option, name in (("new", "new_tokens"), ("runtime", "runtime"), ("threads", "threads")):
        if getattr(arguments, option) is not None:
            changes[name] = getattr(arguments, option)
    try:
        return GenerationPlan.model_validate(plan.model_dump() | changes)
    except ValidationError as problem:
        lines = "\n".join(
            f"  {'.'.join(map(str, each['loc'])) or '-'}: {each['msg']}" for each in problem.errors()[:10]
        )
        raise WrongUse(f"계획이 맞지 않습니다.\n{lines}", f"The plan is not valid.\n{lines}") from None


def _show(found: Generation, results: list[CriterionResult], say: Speaker) -> None:
    settings = "".join(f", {name} {shown(value)}" for name, value in sorted(found.settings.items()))
    say(
        f"{found.runtime}, 계산 {shown(found.executed_precision)}, 가중치 {shown(found.weights)}{settings}",
        f"{found.runtime}, computed in {shown(found.executed_precision)}, weights {shown(found.weights)}{settings}",
    )
    say(
        f"모델 {found.model_sha256}, {found.model_size_bytes / 1e6:.1f} MB, 매개변수 {found.parameters:,}",
        f"Model {found.model_sha256}, {found.model_size_bytes / 1e6:.1f} MB, {found.parameters:,} parameters",
    )
    for length in found.lengths:
        _show_length(length, found, say)
    layers = ", ".join(found.sandbox_layers)
    say(f"격리: {layers}", f"Sandbox: {layers}")
    if found.validity is Validity.invalid:
        why = "; ".join(found.invalid_reasons)
        say(f"무효: 측정이 방해를 받았습니다. {why}", f"INVALID: the run was disturbed. {why}")
    show_results(results, say)


def _show_length(length: Length, found: Generation, say: Speaker) -> None:
    first = quantile([time for each in length.first_ns for time in each], "p50", found.percentile_confidence)
    low, high = ("-" if bound is None else f"{bound:.1f}" for bound in (first.lower_ms, first.upper_ms))
    following = [time for each in length.next_ns for time in each]
    rate = len(following) * 1e9 / max(1, sum(following))
    peak = max(length.peak_memory_bytes) / 1e6
    load = max(length.load_ns) / 1e6
    say(
        f"문맥 {length.context}토큰: 첫 토큰 p50 {first.value_ms:.1f} ms ({low}–{high}), 초당 {rate:.1f}토큰, "
        f"최대 메모리 {peak:.1f} MB, 불러오기 {load:.1f} ms",
        f"{length.context} tokens of context: first token p50 {first.value_ms:.1f} ms ({low}-{high}), "
        f"{rate:.1f} tokens/s, peak memory {peak:.1f} MB, load {load:.1f} ms",
    )
    if not length.stable:
        say(
            "  참고: 같은 입력에 언제나 같은 토큰이 나오지는 않았습니다.",
            "  Note: the same prompt did not always give the same tokens.",
        )
