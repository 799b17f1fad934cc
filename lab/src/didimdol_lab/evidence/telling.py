"""From a report to its paper: what was measured, on what, by whom signed, and what it does not say."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ..advice import advice_on
from ..contract import (
    NEEDS_THE_CHIP,
    Bilingual,
    CriterionResult,
    Measurement,
    ModelCard,
    Plan,
    Validity,
    Verdict,
    scenario_line,
)
from ..contract.criteria import Assurance
from .figures import Figures
from .names import BOUNDARIES, ENVIRONMENT, LAYERS, METRICS, runtime_name
from .paper import Facts, Language, Note, Paper, Points, Section, Table, Tone, readable
from .verifying import Report
from .words import ASSURANCES, NOT_KNOWN, VERDICTS, limits, signers, warnings

_TONES: dict[str, Tone] = {"pass": "good", "fail": "bad", "inconclusive": "warn", "none": "warn"}
_VERDICTS: dict[Verdict, tuple[str, str]] = {
    Verdict.passed: ("충족", "Met"),
    Verdict.failed: ("미충족", "Not met"),
    Verdict.inconclusive: ("판정 불가", "Undecided"),
}


def paper(report: Report, lang: Language) -> Paper:
    """The paper of a report whose evidence could be read; whether it is genuine stands on top."""
    measurement, card, plan = report.measurement, report.card, report.plan
    assert measurement is not None
    assert card is not None
    assert plan is not None
    told = _Telling(report, measurement, card, plan, lang)
    sections = [
        told.criteria(),
        *Figures(measurement, plan, report.results, lang).sections(),
        told.subject(),
        told.circumstances(),
        *told.advice(),
        told.checks(),
        told.silence(),
    ]
    return Paper(lang, told.t("측정 근거", "Evidence of a measurement"), list(told.head()), sections)


class _Telling:
    def __init__(
        self, report: Report, measurement: Measurement, card: ModelCard, plan: Plan, lang: Language
    ) -> None:
        self.report, self.measurement, self.card, self.plan, self.lang = report, measurement, card, plan, lang

    def t(self, ko: str, en: str) -> str:
        return ko if self.lang == "ko" else en

    def say(self, text: Bilingual) -> str:
        return text[self.lang]

    def head(self) -> Iterator[Note]:
        report, measurement = self.report, self.measurement
        yield Note(self.say(VERDICTS[report.verdict]), _TONES[report.verdict], strong=True)
        genuine = (
            self.t("진본입니다", "Genuine") if report.genuine else self.t("진본이 아닙니다", "Not genuine")
        )
        yield Note(
            f"{genuine} · {readable(report.made_at)}",
            "good" if report.genuine else "bad",
        )
        yield Note(readable(self.say(signers(report)), 400))
        if report.assurance in ASSURANCES:
            yield Note(self.say(ASSURANCES[report.assurance]))
        if report.trusted is None:
            yield Note(
                self.t(
                    "서명한 사람이 누구인지는 대조하지 않았습니다. 믿는 공개 열쇠를 --keys로 주면 대조합니다.",
                    "Who signed was not looked up: give the public keys that you trust with --keys.",
                ),
                "muted",
            )
        for warning in warnings(measurement):
            yield Note(self.say(warning), "warn")
        if measurement.validity is Validity.invalid:
            why = "; ".join(readable(reason) for reason in measurement.invalid_reasons)
            yield Note(
                self.t(
                    f"LoadGen이 무효로 판정했습니다. 시간에 관한 값으로는 판정하지 않습니다. {why}",
                    f"LoadGen calls the run invalid: times decide nothing. {why}",
                )
                if any(not each.valid for each in measurement.loadgen)
                else self.t(
                    f"다른 작업이 측정을 방해했습니다. 시간에 관한 값으로는 판정하지 않습니다. {why}",
                    f"Other work disturbed the run: times decide nothing. {why}",
                ),
                "warn",
            )

    def criteria(self) -> Section:
        title = self.t("기준", "Criteria")
        results = self.report.results
        if not results:
            return Section(title, [Note(self.say(VERDICTS["none"]), "muted")])
        heads = (
            ("기준", "판정", "측정값", "신뢰 구간")
            if self.lang == "ko"
            else ("Criterion", "Verdict", "Measured", "Bounds")
        )
        rows = [self._criterion(result) for result in results]
        tones = [_TONES[result.verdict.value] for result in results]
        reasons = [
            Note(f"{readable(result.criterion.key)}: {readable(result.reason[self.lang], 600)}")
            for result in results
        ]
        return Section(title, [Table(heads, rows, frozenset({2, 3}), tones), Points(reasons)])

    def _criterion(self, result: CriterionResult) -> tuple[str, str, str, str]:
        criterion = result.criterion
        name = self.say(METRICS[criterion.metric]) if criterion.metric in METRICS else criterion.metric.value
        statistic = "" if criterion.statistic == "value" else f" {criterion.statistic}"
        sign = "≤" if criterion.comparison == "<=" else "≥"
        unit = "" if criterion.unit == "1" else f" {criterion.unit}"
        simulated = self.measurement.assurance is Assurance.simulated and criterion.metric in NEEDS_THE_CHIP
        value = "–" if result.value is None or simulated else f"{_plain(result.value)}{unit}"
        bounds = (
            "–"
            if simulated or result.lower == result.upper
            else " – ".join("·" if bound is None else _plain(bound) for bound in (result.lower, result.upper))
        )
        verdict = _VERDICTS[result.verdict][0 if self.lang == "ko" else 1]
        return (
            f"{readable(criterion.key)}: {name}{statistic} {sign} {_plain(criterion.threshold)}{unit}",
            verdict,
            value,
            bounds,
        )

    def subject(self) -> Section:
        card, measurement, plan, t = self.card, self.measurement, self.plan, self.t
        rows = [
            (t("모델 SHA-256", "Model SHA-256"), measurement.model_sha256),
            (
                t("모델", "Model"),
                f"{card.format} opset {card.opset}, {card.precision}, {card.nodes:,} nodes, "
                f"{card.parameters:,} parameters, {card.size_bytes / 1e6:.3f} MB",
            ),
            (t("측정 계획", "Plan"), plan.digest()),
            (t("데이터 세트 SHA-256", "Data set SHA-256"), plan.dataset_sha256 or "–"),
            (t("시각", "When"), f"{readable(measurement.started_at)} – {readable(measurement.ended_at)}"),
        ]
        return Section(t("무엇을 쟀는가", "What was measured"), [Facts(rows, code=True)])

    def circumstances(self) -> Section:
        measurement, t = self.measurement, self.t
        layers = [self._layer(layer) for layer in measurement.sandbox_layers]
        rows = [
            (t("런타임", "Runtime"), self.say(runtime_name(measurement.runtime))),
            (t("실행 정밀도", "Executed precision"), readable(measurement.executed_precision)),
            (t("측정 방식", "How it was run"), readable(self.say(scenario_line(measurement)), 400)),
            (t("잰 범위", "Timed part"), self.say(BOUNDARIES[measurement.boundary])),
            (
                t("프로세스 / 표본", "Processes / samples"),
                f"{len(measurement.samples_ns)} / {len(measurement.pooled_ns()):,}",
            ),
            (t("시도", "Attempts"), str(measurement.attempts)),
            *self._noise(),
            (t("격리", "Sandbox"), ", ".join(layers) or "–"),
        ]
        environment = [
            (self.say(ENVIRONMENT[name]) if name in ENVIRONMENT else readable(name), readable(value, 400))
            for name, value in sorted(measurement.environment.items())
        ]
        return Section(t("어디에서, 어떻게", "On what, and how"), [Facts([*rows, *environment])])

    def _noise(self) -> list[tuple[str, str]]:
        """What else ran; where nobody counted it, that is said instead of a zero."""
        seen, plan, t = self.measurement.interference, self.plan, self.t
        names = t("다른 작업이 쓴 CPU", "CPU used by others"), t("밀려난 횟수", "Pushed off the core")
        if not seen.known:
            return [(name, self.say(NOT_KNOWN)) for name in names]
        if seen.involuntary_judged:
            judged = f"{t('한도', 'limit')} {plan.max_involuntary_share:.1%}"
        else:
            judged = t(
                "LoadGen이 일으키기도 하므로 판정하지 않음", "not judged: LoadGen's own thread causes some"
            )
        values = (
            f"{seen.foreign_cpu_share:.1%} ({t('한도', 'limit')} {plan.max_foreign_cpu_share:.1%})",
            f"{seen.involuntary_switches:,} ({seen.involuntary_share:.1%}, {judged})",
        )
        return list(zip(names, values, strict=True))

    def _layer(self, layer: str) -> str:
        return self.say(LAYERS[layer]) if layer in LAYERS else readable(layer)

    def advice(self) -> Iterator[Section]:
        hints = [
            Note(readable(hint.message[self.lang], 1000)) for hint in advice_on(self.measurement, self.card)
        ]
        if hints:
            yield Section(self.t("참고할 점", "Advice"), [Points(hints)])

    def checks(self) -> Section:
        found = [
            Note(readable(check.message[self.lang], 400), "good" if check.ok else "bad")
            for check in self.report.checks
        ]
        return Section(self.t("확인한 것", "What was checked"), [Points(found)])

    def silence(self) -> Section:
        said = [Note(self.say(limit)) for limit in limits(self.measurement)]
        return Section(self.t("이 판정이 말하지 않는 것", "What this does not say"), [Points(said)])


def _plain(value: Decimal) -> str:
    """At most three decimals; small ones with as many digits as they have, enormous ones with three."""
    if abs(value) >= Decimal(10) ** 15:
        return f"{value:.3g}"
    if value == 0 or abs(value) >= Decimal("0.001"):
        value = value.quantize(Decimal("0.001"))
    return f"{value.normalize():f}"
