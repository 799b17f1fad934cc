"""A comparison for people: a table, a chart and the reasons, as a paper that the evidence's pages are made of too."""

from __future__ import annotations

from collections.abc import Sequence

from .advice import Advice
from .comparing import CONFIDENCE, FEWEST_ROUNDS, Comparison, Ratio
from .contract import Bilingual, bilingual
from .evidence import charts
from .evidence.names import ENVIRONMENT, runtime_name
from .evidence.paper import Facts, Language, Note, Paper, Picture, Points, Section, Table, Tone, readable

NAMES = bilingual("앞", "old"), bilingual("뒤", "new")
SPEEDS: dict[str, Bilingual] = {
    "faster": bilingual("빠릅니다", "faster"),
    "slower": bilingual("느립니다", "slower"),
    "alike": bilingual("차이가 보이지 않습니다", "no difference shown"),
}
_TONES: dict[str, Tone] = {"faster": "good", "slower": "bad", "alike": ""}
_UNDECIDED = bilingual("방해받지 않은 회차가 모자랍니다.", "too few undisturbed rounds.")
_SILENT = (
    bilingual(
        "이 장비와 이 런타임에서만 견준 것입니다. 다른 장비에서는 순서가 뒤집힐 수 있습니다.",
        "It holds for this device and runtime: on another device the order may turn around.",
    ),
    bilingual(
        "서명한 증거가 아닙니다. 판정이 필요하면 measure --evidence로 재십시오.",
        "It is no signed evidence. Where a verdict is needed, use measure --evidence.",
    ),
    bilingual(
        "정확도는 데이터 세트를 준 때에만 재고, 그 데이터 밖은 말하지 않습니다.",
        "Accuracy is measured only where a data set is given, and says nothing beyond it.",
    ),
)


def told(ratio: Ratio | None, lang: Language) -> str:
    """One sentence on new over old."""
    if ratio is None:
        return _UNDECIDED[lang]
    interval = f"{ratio.value:.3f} ({ratio.lower:.3f}–{ratio.upper:.3f})"
    return f"{interval}: {SPEEDS[ratio.verdict][lang]}"


def paper(found: Comparison, hints: Sequence[Advice], lang: Language) -> Paper:
    """The page of a comparison."""

    def t(ko: str, en: str) -> str:
        return ko if lang == "ko" else en

    latency = found.latency
    names = NAMES[0][lang], NAMES[1][lang]
    head = [
        Note(
            f"{t('지연 시간 뒤/앞', 'Latency, new over old')} {told(latency, lang)}",
            "warn" if latency is None else _TONES[latency.verdict],
            strong=True,
        ),
        Note(f"{t('추론당 CPU 시간 뒤/앞', 'CPU time per inference, new over old')} {told(found.cpu, lang)}"),
        Note(
            t(
                f"번갈아 잰 {len(found.old.rounds)}회 가운데 방해받지 않은 {len(found.calm)}회의 비의 중앙값과 "
                f"{CONFIDENCE:.0%} 구간입니다. {FEWEST_ROUNDS}회보다 적으면 답하지 않습니다.",
                f"Median and {CONFIDENCE:.0%} interval of the ratios of the {len(found.calm)} undisturbed rounds out of "
                f"{len(found.old.rounds)} measured in turn; with fewer than {FEWEST_ROUNDS} there is no answer.",
            ),
            "muted",
        ),
    ]
    sections = [
        _table(found, lang, names),
        _rounds(found, lang, names),
        _models(found, lang, names),
        _circumstances(found, lang),
    ]
    if hints:
        points = Points([Note(readable(hint.message[lang], 1000)) for hint in hints])
        sections.append(Section(t("참고할 점", "Advice"), [points]))
    silent = Points([Note(each[lang]) for each in _SILENT])
    sections.append(Section(t("이 비교가 말하지 않는 것", "What this does not say"), [silent]))
    return Paper(lang, t("두 모델의 비교", "Two models side by side"), head, sections)


def _table(found: Comparison, lang: Language, names: tuple[str, str]) -> Section:
    title = "나란히" if lang == "ko" else "Side by side"
    figures = found.figures()
    ratio = f"{names[1]}/{names[0]}"
    rows = [
        (
            f"{each.name[lang]} ({each.unit})",
            f"{each.old:.3f}",
            f"{each.new:.3f}",
            f"{each.new / each.old:.3f}" if each.old else "–",
        )
        for each in figures
    ]
    drawn = [(each.name[lang], each.old, each.new, each.unit) for each in figures]
    heads = ("", *names, ratio)
    return Section(
        title, [Table(heads, rows, frozenset({1, 2, 3})), Picture(charts.pairs(drawn, names, title), title)]
    )


def _rounds(found: Comparison, lang: Language, names: tuple[str, str]) -> Section:
    title, word = ("회차", "방해받음") if lang == "ko" else ("Rounds", "disturbed")
    rows = [
        (
            str(number + 1),
            "" if number in found.calm else word,
            f"{found.old.p50_ms(number):.3f}",
            f"{found.new.p50_ms(number):.3f}",
        )
        for number in range(len(found.old.rounds))
    ]
    heads = (title, "", f"{names[0]} p50 (ms)", f"{names[1]} p50 (ms)")
    tones: list[Tone] = ["" if number in found.calm else "warn" for number in range(len(rows))]
    return Section(title, [Table(heads, rows, frozenset({2, 3}), tones)])


def _models(found: Comparison, lang: Language, names: tuple[str, str]) -> Section:
    title = "두 모델" if lang == "ko" else "The two models"
    rows = []
    for name, version in zip(names, (found.old, found.new), strict=True):
        card, executed = version.card, readable(version.rounds[0].executed_precision)
        facts = f"{card.format} opset {card.opset}, {card.precision} → {executed}, {card.nodes:,} nodes"
        rows += [(name, facts), (f"{name} SHA-256", card.sha256)]
    return Section(title, [Facts(rows, code=True)])


def _circumstances(found: Comparison, lang: Language) -> Section:
    measured = found.new.rounds[-1]
    rows = [("런타임" if lang == "ko" else "Runtime", runtime_name(measured.runtime)[lang])]
    rows += [
        (ENVIRONMENT[name][lang] if name in ENVIRONMENT else readable(name), readable(value, 400))
        for name, value in sorted(measured.environment.items())
    ]
    return Section("어디에서" if lang == "ko" else "On what", [Facts(rows)])
