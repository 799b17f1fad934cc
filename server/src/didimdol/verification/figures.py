"""The figures of a measurement beside its criteria, one line each, in the reader's language."""

from __future__ import annotations

from didimdol.kernel.words import Text, pick, text
from didimdol_lab.contract import Assurance, Measurement
from didimdol_lab.evidence.names import BOUNDARIES, PHASES, runtime_name
from didimdol_lab.evidence.paper import readable

SLOWEST = 5
_MOST_NAMED = 10
_INCOMPARABLE = 1e308
"""What a device says of outputs of unlike shapes, or with a number that is none."""
Lines = list[tuple[str, str]]


def facts(measurement: Measurement, lang: str | None = None) -> Lines:
    """What anybody may read. Of a simulated run neither times nor memory: they are not those of the chip."""
    runtime = pick(runtime_name(measurement.runtime), lang)
    found = [
        (text("런타임", "Runtime"), f"{runtime} · {measurement.executed_precision}"),
        (text("잰 범위", "Timed part"), pick(BOUNDARIES[measurement.boundary], lang)),
    ]
    if measurement.assurance is not Assurance.simulated:
        found += _costs(measurement, lang)
    if measurement.differences:
        found.append((text("기준 출력과의 차이", "Difference to the reference"), _differences(measurement, lang)))
    if measurement.placement is not None:
        units = " · ".join(f"{readable(unit)} {nodes:,}" for unit, nodes in sorted(measurement.placement.units.items()))
        left = sum(measurement.placement.fallbacks.values())
        note = text(f" (가속기가 맡지 못해 CPU에 남은 노드 {left:,})", f" ({left:,} nodes left to the CPU)")
        found.append((text("배치된 노드", "Nodes placed"), units + (pick(note, lang) if left else "")))
    return [(pick(name, lang), value) for name, value in found]


def _costs(measurement: Measurement, lang: str | None) -> list[tuple[Text, str]]:
    found = []
    cold, warm = max(measurement.load_ms, default=0), max(measurement.warm_load_ms, default=0)
    if cold:
        loads = text(f"처음 {cold:,.1f} ms", f"cold {cold:,.1f} ms")
        again = text(f" · 다시 {warm:,.1f} ms", f" · warm {warm:,.1f} ms")
        found.append((text("모델 적재", "Loading"), pick(loads, lang) + (pick(again, lang) if warm else "")))
    if measurement.first_inference_ms:
        found.append((text("첫 추론", "First inference"), f"{measurement.first_inference_ms:,.2f} ms"))
    if measurement.memory_phases:
        phases = [
            f"{pick(name, lang)} {measurement.memory_phases[phase] / 1e6:,.0f}"
            for phase, name in PHASES.items()
            if phase in measurement.memory_phases
        ]
        found.append((text("메모리(MB)", "Memory (MB)"), " → ".join(phases)))
    if measurement.sustained:
        found.append((text("지속 실행", "Sustained run"), _sustained(measurement, lang)))
    energy = measurement.energy_uj_per_inference
    unknown = pick(text("재지 않음", "not measured"), lang)
    found.append(
        (text("추론당 전력량", "Energy per inference"), unknown if energy is None else f"{energy / 1000:,.3f} mJ")
    )
    return found


def _sustained(measurement: Measurement, lang: str | None) -> str:
    minutes = [each.p50_ns / 1e6 for each in measurement.sustained]
    first, worst = minutes[0], max(minutes)
    return pick(
        text(
            f"분마다 중앙값 {len(minutes)}번: 첫 1분 {first:,.3f} ms, 가장 느린 1분 {worst:,.3f} ms",
            f"{len(minutes)} medians by the minute: {first:,.3f} ms in the first, {worst:,.3f} ms in the slowest",
        ),
        lang,
    )


def _differences(measurement: Measurement, lang: str | None) -> str:
    known = [each for each in measurement.differences if each.max_abs < _INCOMPARABLE]
    unlike = len(measurement.differences) - len(known)
    parts = []
    if known:
        largest = f"{max(each.max_abs for each in known):.3g}"
        parts.append(
            pick(
                text(f"출력 {len(known)}개, 최대 {largest}", f"outputs compared: {len(known)}, at most {largest}"), lang
            )
        )
        if cosines := [each.cosine for each in known if each.cosine is not None]:
            parts.append(pick(text(f"코사인 {min(cosines):.6f} 이상", f"cosine at least {min(cosines):.6f}"), lang))
    if unlike:
        parts.append(pick(text(f"견줄 수 없는 출력 {unlike}개", f"not comparable: {unlike}"), lang))
    return " · ".join(parts)


def details(measurement: Measurement, lang: str | None = None) -> Lines:
    """Operators that stayed on the CPU, and the slowest layers, by name."""
    found: Lines = []
    if measurement.placement is not None and measurement.placement.fallbacks:
        most = sorted(measurement.placement.fallbacks.items(), key=lambda each: (-each[1], each[0]))[:_MOST_NAMED]
        named = ", ".join(f"{readable(name, 60)} × {count}" for name, count in most)
        found.append((pick(text("CPU에 남은 연산자", "Operators left to the CPU"), lang), named))
    timed = measurement.assurance is not Assurance.simulated
    for layer in sorted(measurement.layers, key=lambda each: -each.ns)[:SLOWEST]:
        took = f" · {layer.ns / 1e6:,.3f} ms" if timed else ""
        found.append((readable(layer.name, 60), f"{readable(layer.operator, 40)} · {readable(layer.unit)}{took}"))
    return found
