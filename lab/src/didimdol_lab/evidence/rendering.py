"""Verified evidence for people (one HTML file without anything from outside) and for a build server (JUnit XML)."""

from __future__ import annotations

from html import escape
from typing import Literal
from xml.sax.saxutils import escape as xml_escape
from xml.sax.saxutils import quoteattr

from ..contract import (
    UNTRIED,
    WHAT_IS_TIMED,
    Bilingual,
    Measurement,
    Verdict,
    has_latency,
    histogram,
    quantile,
    rate_line,
    scenario_line,
)
from ..refusals import shown
from .verifying import Report
from .words import ASSURANCES, LIMITS, NOT_KNOWN, UNTESTED, VERDICTS, signers

Language = Literal["ko", "en"]
_WORDS = {
    Verdict.passed: ("충족", "Met"),
    Verdict.failed: ("미충족", "Not met"),
    Verdict.inconclusive: ("판정 불가", "Undecided"),
}
_STYLE = (
    ":root{color-scheme:light dark;--fg:#1d1d1f;--muted:#5b6470;--line:#d6dae0;--bg:#fff;--bar:#0b50d0;--ok:#1b7a3d;"
    "--bad:#b3261e;--warn:#8a5a00}@media(prefers-color-scheme:dark){:root{--fg:#f2f4f6;--muted:#a6afba;--line:#3a4048;"
    "--bg:#15181c;--bar:#7aa7ff;--ok:#6fd08f;--bad:#ff8f86;--warn:#f0c060}}body{font:16px/1.6 system-ui,sans-serif;"
    "color:var(--fg);background:var(--bg);max-width:56rem;margin:2rem auto;padding:0 1rem}h1{font-size:1.6rem}h2{"
    "font-size:1.15rem;margin-top:2rem}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.5rem .75rem;"
    "border-top:1px solid var(--line);vertical-align:top}td.n{text-align:right;font-variant-numeric:tabular-nums}.pass{"
    "color:var(--ok)}.fail{color:var(--bad)}.inconclusive,.none{color:var(--warn)}.muted{color:var(--muted)}code{"
    "overflow-wrap:anywhere}svg{width:100%;height:auto}rect{fill:var(--bar)}text{fill:var(--muted);font-size:11px}"
)


def html(report: Report, lang: Language) -> str:
    """The page of a report whose evidence could be read; whether it is genuine stands on top."""
    assert report.measurement is not None
    measurement = report.measurement

    def say(text: Bilingual) -> str:
        return escape(text[lang])

    def t(ko: str, en: str) -> str:
        return escape(ko if lang == "ko" else en)

    genuine = t("진본입니다", "Genuine") if report.genuine else t("진본이 아닙니다", "Not genuine")
    parts = [
        f"<!doctype html><html lang={lang}><head><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>{t('측정 근거', 'Evidence of a measurement')}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{t('측정 근거', 'Evidence of a measurement')}</h1>",
        f"<p class='{report.verdict}'><strong>{say(VERDICTS[report.verdict])}</strong></p>",
        f"<p class='{'pass' if report.genuine else 'fail'}'>{genuine} · <code>{escape(shown(report.signer))}</code> · "
        f"{escape(shown(report.made_at))}</p>",
        f"<p>{escape(shown(signers(report)[lang], 400))}</p>",
        f"<p>{say(ASSURANCES[report.assurance])}</p>" if report.assurance in ASSURANCES else "",
        f"<p class=inconclusive>{say(UNTESTED)}</p>" if measurement.runtime in UNTRIED else "",
        f"<h2>{t('기준', 'Criteria')}</h2>",
        _criteria(report, lang) if report.results else f"<p class=muted>{say(VERDICTS['none'])}</p>",
        _times(report, lang),
        f"<h2>{t('측정', 'The measurement')}</h2><table><tbody>",
        *(
            f"<tr><th scope=row>{t(ko, en)}</th><td><code>{escape(shown(value))}</code></td></tr>"
            for ko, en, value in _facts(report, lang)
        ),
        *(
            f"<tr><th scope=row class=muted>{escape(shown(name))}</th><td>{escape(shown(value, 400))}</td></tr>"
            for name, value in sorted(measurement.environment.items())
        ),
        "</tbody></table>",
        f"<h2>{t('확인한 것', 'What was checked')}</h2><ul>",
        *(f"<li class={'pass' if check.ok else 'fail'}>{say(check.message)}</li>" for check in report.checks),
        f"</ul><h2>{t('이 판정이 말하지 않는 것', 'What this does not say')}</h2><ul>",
        *(f"<li>{say(limit)}</li>" for limit in LIMITS),
        "</ul></body></html>\n",
    ]
    return "".join(parts)


def _criteria(report: Report, lang: Language) -> str:
    head = (
        ("기준", "측정", "신뢰 구간", "판정")
        if lang == "ko"
        else ("Criterion", "Measured", "Bounds", "Verdict")
    )
    rows = []
    for result in report.results:
        criterion = result.criterion
        bounds = " – ".join("·" if bound is None else f"{bound}" for bound in (result.lower, result.upper))
        word = _WORDS[result.verdict][0 if lang == "ko" else 1]
        rows.append(
            f"<tr><th scope=row>{escape(criterion.key)}<br><span class=muted>{escape(criterion.metric)} "
            f"{escape(criterion.statistic)} {escape(criterion.comparison)} {criterion.threshold} {escape(criterion.unit)}</span></th>"
            f"<td class=n>{'–' if result.value is None else result.value} {escape(result.unit)}</td><td class=n>{bounds}</td>"
            f"<td class={result.verdict.value}>{word}<br><span class=muted>{escape(result.reason[lang])}</span></td></tr>"
        )
    cells = "".join(f"<th scope=col>{name}</th>" for name in head)
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _times(report: Report, lang: Language) -> str:
    """The scenario, its times and rate in words, and how the samples are spread."""
    measurement = report.measurement
    assert measurement is not None
    assert report.plan is not None
    ko, en = ("지연 시간", "Latency") if has_latency(measurement) else ("처리량", "Throughput")
    head = f"<h2>{ko if lang == 'ko' else en}</h2>"
    samples = measurement.pooled_ns()
    if not samples:
        return f"{head}<p class=muted>–</p>"
    rows = []
    for name in ("p50", "p90", "p99") if has_latency(measurement) else ():
        found = quantile(samples, name, measurement.percentile_confidence)
        low, high = ("·" if bound is None else f"{bound:.3f}" for bound in (found.lower_ms, found.upper_ms))
        rows.append(
            f"<tr><th scope=row>{name}</th><td class=n>{found.value_ms:.3f} ms</td><td class=n>{low} – {high}</td></tr>"
        )
    table = f"<table><tbody>{''.join(rows)}</tbody></table>" if rows else ""
    rate = rate_line(measurement, report.plan)
    told = "" if rate is None else f"<p>{escape(rate[lang])}</p>"
    scenario = f"<p>{escape(shown(scenario_line(measurement)[lang], 400))}</p>"
    return f"{head}{scenario}{told}{table}{_spread(samples, measurement, lang)}"


def _spread(samples: list[int], measurement: Measurement, lang: Language) -> str:
    # One slow inference in a thousand would squeeze all others into one bar: it is told, not drawn.
    longest = sorted(samples)[(len(samples) - 1) * 995 // 1000]
    drawn = [sample for sample in samples if sample <= longest]
    bins = histogram(drawn)
    most = max(count for _, _, count in bins)
    width = 640 / len(bins)
    bars = "".join(
        f"<rect x='{place * width:.1f}' y='{160 - 150 * count / most:.1f}' width='{max(1.0, width - 1):.1f}' "
        f"height='{150 * count / most:.1f}'><title>{low:.3f}–{high:.3f} ms: {count}</title></rect>"
        for place, (low, high, count) in enumerate(bins)
    )
    timed = WHAT_IS_TIMED[measurement.scenario]
    label = escape(f"분포: {timed['ko']}" if lang == "ko" else f"Distribution: {timed['en']}", quote=True)
    left_out = len(samples) - len(drawn)
    rest = (
        f"가장 느린 {left_out}회는 그림에 없습니다." if lang == "ko" else f"Without the slowest {left_out}."
    )
    return (
        f"<svg viewBox='0 0 640 180' role=img aria-label='{label}'>{bars}"
        f"<text x=0 y=176>{bins[0][0]:.3f} ms</text><text x=640 y=176 text-anchor=end>{bins[-1][1]:.3f} ms</text></svg>"
        f"<p class=muted>{rest}</p>"
    )


def _facts(report: Report, lang: Language) -> list[tuple[str, str, str]]:
    measurement, card, plan = report.measurement, report.card, report.plan
    assert measurement is not None
    assert card is not None
    assert plan is not None
    return [
        ("모델 SHA-256", "Model SHA-256", measurement.model_sha256),
        (
            "모델",
            "Model",
            f"{card.format} opset {card.opset}, {card.nodes} nodes, {card.size_bytes / 1e6:.3f} MB",
        ),
        ("계획", "Plan", plan.digest()),
        ("런타임", "Runtime", measurement.runtime.value),
        ("실행 정밀도", "Executed precision", measurement.executed_precision),
        ("잰 범위", "Timed part", measurement.boundary.value),
        (
            "프로세스 / 표본",
            "Processes / samples",
            f"{len(measurement.samples_ns)} / {len(measurement.pooled_ns())}",
        ),
        ("불러오기", "Load", ", ".join(f"{load:.1f} ms" for load in measurement.load_ms)),
        ("최대 메모리", "Peak memory", f"{measurement.peak_memory_bytes / 1e6:.1f} MB"),
        ("격리", "Sandbox", ", ".join(measurement.sandbox_layers) or "-"),
        (
            "다른 작업의 CPU",
            "Others' CPU",
            f"{measurement.interference.foreign_cpu_share:.1%}"
            if measurement.interference.known
            else NOT_KNOWN[lang],
        ),
        _pushed_off(measurement, lang),
        ("유효", "Validity", "; ".join([measurement.validity.value, *measurement.invalid_reasons])),
    ]


def _pushed_off(measurement: Measurement, lang: Language) -> tuple[str, str, str]:
    seen = measurement.interference
    times = str(seen.involuntary_switches) if seen.known else NOT_KNOWN[lang]
    if seen.involuntary_judged:
        return "코어에서 밀려난 횟수", "Times pushed off the core", times
    return (
        "코어에서 밀려난 횟수(LoadGen이 일으키기도 하므로 판정하지 않음)",
        "Times pushed off the core (not judged: LoadGen's own thread causes some)",
        times,
    )


def junit(report: Report, lang: Language) -> str:
    """One test case a criterion, and one for the file itself."""
    cases = []
    wrong = [check.message[lang] for check in report.checks if not check.ok]
    cases.append(("evidence", "failure" if wrong else "", "\n".join(wrong)))
    kinds = {Verdict.failed: "failure", Verdict.inconclusive: "error", Verdict.passed: ""}
    cases += [(r.criterion.key, kinds[r.verdict], r.reason[lang]) for r in report.results]
    failures, errors = (sum(kind == each for _, kind, _ in cases) for each in ("failure", "error"))
    lines = ['<?xml version="1.0" encoding="UTF-8"?>',
             f'<testsuite name="didimdol-lab" tests="{len(cases)}" failures="{failures}" errors="{errors}">']  # fmt: skip
    for name, kind, words in cases:
        inner = f"<{kind} message={quoteattr(words[:200])}>{xml_escape(words)}</{kind}>" if kind else ""
        lines.append(f'  <testcase classname="didimdol-lab" name={quoteattr(name)}>{inner}</testcase>')
    return "\n".join([*lines, "</testsuite>", ""])
