"""`didimdol-lab measure`: one model by a plan, and signed evidence of it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from ..advice import advice_on
from ..contract import (
    Criterion,
    CriterionResult,
    Measurement,
    Plan,
    Runtime,
    Validity,
    Verdict,
    figures,
    judge,
)
from ..contract.criteria import Assurance
from ..refusals import Refused, shown
from .common import (
    INCONCLUSIVE,
    OK,
    REFUSED,
    Speaker,
    WrongUse,
    home,
    json_file,
    print_json,
    show_refusal,
    show_results,
    write,
)
from .planning import at_home, plan_from

if TYPE_CHECKING:
    from ..evidence import Signer


def run(arguments: argparse.Namespace, say: Speaker) -> int:
    from ..intake import check
    from ..measure import measure

    plan = plan_from(arguments)
    criteria: list[Criterion] = json_file(arguments.criteria, list[Criterion]) if arguments.criteria else []
    signer = _signer(arguments, plan)
    if plan.runtime is Runtime.ai_hub and arguments.send_to_qualcomm:
        device = shown(plan.target["device"])
        say.problem(
            f"모델과 입력을 Qualcomm AI Hub로 보냅니다: {device}",
            f"The model and its inputs are sent to Qualcomm AI Hub: {device}",
        )
    try:
        card = check(arguments.model, inputs=plan.inputs, limits=plan.limits, progress=say.progress)
        plan = at_home(plan, card, arguments)
        measurement = measure(
            arguments.model,
            plan,
            dataset=arguments.dataset,
            progress=say.progress,
            card=card,
            send_to_qualcomm=arguments.send_to_qualcomm,
        )
    except Refused as refused:
        return show_refusal(refused.refusal, say, arguments.json)
    results = [judge(criterion, measurement) for criterion in criteria]
    if arguments.json:
        hints = [{"code": hint.code, "message": hint.message} for hint in advice_on(measurement, card)]
        document = {"measurement": measurement, "card": card, "results": results, "advice": hints}
        print_json(TypeAdapter(dict[str, Any]).dump_python(document, mode="json"))
    else:
        _show_measurement(measurement, plan, results, say)
        for hint in advice_on(measurement, card):
            say(f"참고: {hint.message['ko']}", f"Note: {hint.message['en']}")
    if signer is not None:
        from ..evidence import make

        write(arguments.evidence, make(measurement, card, plan, criteria, signer))
        say.problem(
            f"증거 파일 {arguments.evidence} (열쇠 {signer.key_id})",
            f"Evidence {arguments.evidence} (key {signer.key_id})",
        )
    return _exit_code(measurement, results)


def _show_costs(measurement: Measurement, plan: Plan, say: Speaker) -> None:
    """Times and memory: not shown of a simulator, for they are not those of the chip."""
    pooled = measurement.pooled_ns()
    for told in figures(measurement, plan):
        say(told["ko"], told["en"])
    loads = ", ".join(f"{load:.1f}" for load in measurement.load_ms)
    say(f"표본: {len(pooled)}", f"Samples: {len(pooled)}")
    say(f"불러오기: {loads} ms", f"Load: {loads} ms")
    peak = measurement.peak_memory_bytes / 1e6
    say(f"최대 메모리: {peak:.1f} MB", f"Peak memory: {peak:.1f} MB")
    if measurement.cpu_ns_per_inference:
        cpu = measurement.cpu_ns_per_inference / 1e6
        say(f"추론당 CPU 시간: {cpu:.3f} ms", f"CPU time per inference: {cpu:.3f} ms")
    else:
        say("추론당 CPU 시간: 재지 않음", "CPU time per inference: not measured")
    energy = measurement.energy_uj_per_inference
    if energy is not None:
        say(f"추론당 전력량: {energy / 1000:.3f} mJ", f"Energy per inference: {energy / 1000:.3f} mJ")


def _show_measurement(
    measurement: Measurement, plan: Plan, results: list[CriterionResult], say: Speaker
) -> None:
    from ..evidence.names import runtime_name
    from ..evidence.words import warnings

    runtime, precision = runtime_name(measurement.runtime), shown(measurement.executed_precision)
    say(f"런타임: {runtime['ko']}, {precision}", f"Runtime: {runtime['en']}, {precision}")
    for warning in warnings(measurement):
        say(warning["ko"], warning["en"])
    if measurement.assurance is not Assurance.simulated:
        _show_costs(measurement, plan, say)
    if measurement.accuracy is not None:
        right, total = measurement.accuracy.correct, measurement.accuracy.total
        say(
            f"정확도: {right}/{total} = {right / total:.2%}",
            f"Accuracy: {right}/{total} = {right / total:.2%}",
        )
    if measurement.quality is not None:
        _show_quality(measurement, say)
    layers = ", ".join(measurement.sandbox_layers)
    say(f"격리: {layers}", f"Sandbox: {layers}")
    if not measurement.interference.known:
        say("다른 작업의 방해: 알 수 없음", "Disturbance by other work: not known")
    if measurement.validity is Validity.invalid:
        why = "; ".join(measurement.invalid_reasons)
        say(f"무효: 이 측정의 시간은 쓰지 않습니다. {why}", f"INVALID: its times do not count. {why}")
    show_results(results, say)


def _show_quality(measurement: Measurement, say: Speaker) -> None:
    """Every metric of the data set's task, with its bounds."""
    from ..contract.criteria import RULES
    from ..contract.scoring import scores
    from ..evidence.names import METRICS

    assert measurement.quality is not None
    for metric, told in scores(
        measurement.quality, measurement.percentile_confidence, measurement.plan_digest
    ):
        value, low, high = (
            "-" if part is None else f"{part:.4f}" for part in (told.value, told.lower, told.upper)
        )
        unit, name = RULES[metric][2].removeprefix("1"), METRICS[metric]
        say(
            f"{name['ko']}: {value}{unit} (신뢰 구간 {low}–{high})",
            f"{name['en']}: {value}{unit} (bounds {low}-{high})",
        )


def _exit_code(measurement: Measurement, results: list[CriterionResult]) -> int:
    verdicts = {result.verdict for result in results}
    if Verdict.failed in verdicts:
        return REFUSED
    if Verdict.inconclusive in verdicts or (not results and measurement.validity is Validity.invalid):
        return INCONCLUSIVE
    return OK


def _signer(arguments: argparse.Namespace, plan: Plan) -> Signer | None:
    """The key that will sign, asked for before anything is measured; None without --evidence. Raises WrongUse."""
    if arguments.evidence is None:
        return None
    from ..evidence import KeyFile, QuickPlan, own_key
    from ..evidence.making import too_quick

    if too_quick(plan):
        raise WrongUse(QuickPlan.ko, QuickPlan.en)
    try:
        return own_key(Path(arguments.key) if arguments.key else home() / "key.pem")
    except KeyFile as problem:
        raise WrongUse(problem.ko, problem.en) from None
