"""The estimate as its page shows it: by field with the borderline band, the evaluators, and agreement in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from didimdol.evaluation.models import Seat
from didimdol.kernel.words import Text, pick, text
from didimdol.selection.enums import OUTCOMES
from didimdol.selection.explaining import Words
from didimdol.selection.models import Line, Remark, Selection
from didimdol.selection.rules import ALL_FIELDS
from didimdol.selection.sheets import seat_numbers
from didimdol.selection.standings import in_order
from didimdol.selection.sureness import leaning_of
from didimdol.selection.sureness_figures import Axis, Strip, offset_axis, rank_axis
from didimdol.selection.sureness_rules import settings_of
from didimdol_decide.canonical import plain
from didimdol_decide.confidence import ApplicationLine, BodySummary, Confidence, FigureLine, JudgeLine
from didimdol_decide.record import SelectionInputs

#: Levels of an intraclass correlation. Source: Koo and Li (2016).
LEVELS: tuple[tuple[Decimal, str, Text], ...] = (
    (Decimal("0.9"), "ok", text("매우 높음", "Excellent")),
    (Decimal("0.75"), "ok", text("높음", "Good")),
    (Decimal("0.5"), "warn", text("보통", "Moderate")),
    (Decimal(-1), "bad", text("낮음", "Low")),
)
LEANINGS: dict[str, tuple[Text, str]] = {
    "harsh": (text("엄격", "Harsh"), "warn"),
    "lenient": (text("후함", "Lenient"), "warn"),
    "neither": (text("치우침 없음", "Neither"), ""),
}
LINKED: dict[str, Text] = {
    "all": text("전체 위원과 비교", "Compared with all"),
    "panel": text("같은 신청을 나눈 위원과만 비교", "Compared within linked panels only"),
    "none": text("비교할 위원 없음", "Nobody to compare with"),
}


@dataclass(frozen=True, slots=True)
class SureRow:
    """``chance``: by the model where there is one; ``resampled``: beside it. ``label``: the strip in words."""

    line: Line
    found: ApplicationLine
    outcome: str
    score: str
    chance: str
    resampled: str
    strip: Strip
    label: str


@dataclass(frozen=True, slots=True)
class SureGroup:
    key: str
    name: str
    places: int
    rows: list[SureRow]

    @property
    def borderline(self) -> list[SureRow]:
        return [row for row in self.rows if row.found.borderline]


@dataclass(frozen=True, slots=True)
class JudgeRow:
    """``who``: the seat by its number; ``name``: only for those who may see it. ``remark``: what its evaluator replied."""

    who: str
    name: str
    found: JudgeLine
    stage: str
    offset: str
    interval: str
    leaning: str
    kind: str
    linked: str
    strip: Strip
    label: str
    remark: Remark | None


@dataclass(frozen=True, slots=True)
class AgreementRow:
    stage: str
    body: str
    level: str
    kind: str
    sentence: str
    figures: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class SureBoard:
    groups: list[SureGroup]
    judges: list[JudgeRow]
    agreement: list[AgreementRow]
    notes: list[str]
    left_out: int

    @property
    def borderline(self) -> int:
        return sum(len(group.borderline) for group in self.groups)

    @property
    def count(self) -> int:
        return sum(len(group.rows) for group in self.groups)

    @property
    def marked(self) -> int:
        return sum(row.kind == "warn" for row in self.judges)


def board_of(
    selection: Selection,
    found: Confidence,
    lines: Sequence[Line],
    names: Mapping[str, Text],
    remarks: Mapping[str, Remark],
    *,
    named: bool,
) -> SureBoard:
    """``lines``: the selection's, with applications and startups. ``remarks``: seat → its leaning. ``named``: whether
    the reader may see evaluators' names."""
    words = Words(SelectionInputs.model_validate(selection.inputs))
    by_id = {str(line.application_id): line for line in lines}
    standing = [row for row in found.applications if row.stands and row.id in by_id]
    groups = []
    for key, places in in_order(found.places, names):
        rows = sorted((r for r in standing if r.group == key), key=lambda r: (r.rank is None, r.rank or 0, r.id))
        if rows:
            axis = rank_axis(len(rows))
            shown = [_row(by_id[row.id], row, axis, places, len(rows)) for row in rows]
            groups.append(SureGroup(key, pick(names.get(key, ALL_FIELDS)), places, shown))
    return SureBoard(
        groups=groups,
        judges=_judges(selection, found, words, remarks, named),
        agreement=[_agreement(body, words) for body in found.bodies],
        notes=[_in_words(pick(note.as_json()), words) for note in found.notes],
        left_out=len(lines) - len(standing),
    )


def percent(value: Decimal | None) -> str:
    """Never 0% or 100%: the estimate is not that sure of itself."""
    if value is None:
        return ""
    if value < Decimal("0.01"):
        return "<1%"
    return ">99%" if value > Decimal("0.99") else f"{value * 100:.0f}%"


def _row(line: Line, row: ApplicationLine, axis: Axis, places: int, count: int) -> SureRow:
    end = Decimal(places) + Decimal("0.5") if places < count else None
    low, high = row.rank_low, row.rank_high
    chance, official = percent(row.probability), line.rank or "–"
    label = text(
        f"{line.application.number}: 순위 구간 {low}–{high}위, 공식 {official}위, 선정 {places}건, 선정 확률 {chance}",
        f"{line.application.number}: rank {low} to {high}, officially {official}, {places} places, probability {chance}",
    )
    return SureRow(
        line=line,
        found=row,
        outcome=pick(OUTCOMES[line.computed]),
        score=line.score,
        chance=chance,
        resampled=percent(row.resampled),
        strip=axis.strip(low, line.rank, high, end),
        label=pick(label),
    )


def _judges(
    selection: Selection, found: Confidence, words: Words, remarks: Mapping[str, Remark], named: bool
) -> list[JudgeRow]:
    numbers = seat_numbers(selection.round.challenge_id)
    people: dict[str, str] = {}
    if named:
        seats = Seat.objects.within(round__challenge=selection.round.challenge_id)
        people = {str(pk): name for pk, name in seats.values_list("pk", "person__name")}
    bounds = [bound for line in found.judges for bound in (line.offset_low, line.offset_high) if bound is not None]
    axis = offset_axis(bounds)
    least = settings_of(selection.round.challenge).mark_points
    order = {stage.key: place for place, stage in enumerate(words.stages.values())}
    rows = []
    for line in sorted(found.judges, key=lambda j: (-order[j.stage], j.body, numbers.get(j.evaluator, 0))):
        leans = leaning_of(line, least)
        leaning, kind = LEANINGS[leans] if leans else (text("알 수 없음", "Cannot be told"), "")
        offset = "" if line.offset is None else signed(line.offset)
        interval = ""
        if line.offset_low is not None and line.offset_high is not None:
            low, high = signed(line.offset_low), signed(line.offset_high)
            interval = pick(text(f"{low} ~ {high}", f"{low} to {high}"))
        who = f"{words.body(line.stage, line.body)} {numbers.get(line.evaluator, '')}".strip()
        rows.append(
            JudgeRow(
                who=who,
                name=people.get(line.evaluator, ""),
                found=line,
                stage=words.stage(line.stage),
                offset=offset,
                interval=interval,
                leaning=pick(leaning),
                kind=kind,
                linked=pick(LINKED[line.linked]),
                strip=axis.strip(line.offset_low, line.offset, line.offset_high, 0),
                label=pick(text(f"{who}: {offset}점 ({interval})", f"{who}: {offset} points ({interval})")),
                remark=remarks.get(line.evaluator),
            )
        )
    return rows


def signed(value: Decimal) -> str:
    """One decimal is all that such a figure bears."""
    shown = f"{value:+.1f}"
    return "0.0" if shown in ("+0.0", "-0.0") else shown.replace("-", "−")


def _agreement(body: BodySummary, words: Words) -> AgreementRow:
    level, kind, sentence = text("알 수 없음", "Cannot be told"), "", _NO_FIGURE
    if body.icc_k.value is not None:
        kind, level = next((kind, label) for least, kind, label in LEVELS if body.icc_k.value >= least or least < 0)
        whole, one = _share(body.icc_k), _share(body.icc_1)
        sentence = text(
            f"위원단 평균의 차이 가운데 약 {whole}%는 신청의 차이에서, 나머지는 누가 심사했는지와 우연에서 나옵니다. "
            f"한 사람의 점수만 보면 약 {one}%입니다.",
            f"About {whole}% of the differences between the panels' means come from the applications; the rest from who "
            f"judged, and chance. Of a single evaluator's scores it is about {one}%.",
        )
    figures = [
        ("ICC(k)", body.icc_k),
        ("ICC(1)", body.icc_1),
        (pick(text("크리펜도르프 알파(구간)", "Krippendorff's alpha (interval)")), body.alpha_interval),
        (pick(text("크리펜도르프 알파(순서)", "Krippendorff's alpha (ordinal)")), body.alpha_ordinal),
    ]
    return AgreementRow(
        stage=words.stage(body.stage),
        body=words.body(body.stage, body.body),
        level=pick(level),
        kind=kind,
        sentence=pick(sentence),
        figures=[(name, _figure(figure)) for name, figure in figures],
    )


def _share(figure: FigureLine) -> int:
    return 0 if figure.value is None else round(max(figure.value, Decimal(0)) * 100)


def _figure(figure: FigureLine) -> str:
    if figure.value is None or figure.low is None or figure.high is None:
        return "–"
    return f"{plain(figure.value)} [{plain(figure.low)}, {plain(figure.high)}]"


def _in_words(note: str, words: Words) -> str:
    """didimdol_decide names stages and bodies by their keys; people know them by their names."""
    called: dict[str, Any] = {stage.key: words.stage(stage.key) for stage in words.stages.values()}
    called |= {body.key: words.body(stage.key, body.key) for stage in words.stages.values() for body in stage.bodies}
    for key, name in called.items():
        note = note.replace(f"'{key}'", f"‘{name}’")
    return note


_NO_FIGURE = text(
    "두 사람 이상이 본 신청이 모자라 일치도를 말할 수 없습니다.",
    "Too few applications have two ballots to say how far the evaluators agree.",
)
