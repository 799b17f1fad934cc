"""The ranking as a page and a workbook show it: by group, in bands, with the line between those who are in and out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil

from didimdol.kernel.words import Text, pick, text
from didimdol.selection.enums import EXCLUSIONS, OUTCOMES
from didimdol.selection.explaining import Tie, Words
from didimdol.selection.models import Line, Selection
from didimdol.selection.rules import ALL_FIELDS
from didimdol_decide.canonical import plain
from didimdol_decide.ranking import RankedApplication, quotas
from didimdol_decide.record import SelectionInputs, SelectionOutcome

#: the order of the bands on the page: the line runs after those who are in
BANDS = ("selected", "passed", "reserve", "not_selected", "below_cutoff", "no_quorum", "excluded")


@dataclass(frozen=True, slots=True)
class Standing:
    """A line on the page. ``totals``: (stage, its published total), ``score``: the final one; "" where it has none. The
    figures of a column have as many decimals as its longest."""

    line: Line
    totals: list[tuple[str, str]]
    score: str
    note: str
    tied: bool


@dataclass(frozen=True, slots=True)
class Band:
    outcome: str
    label: str
    rows: list[Standing]


@dataclass(frozen=True, slots=True)
class Group:
    """A field (or the pool): its places and its bands. ``fewer``: places stayed empty."""

    key: str
    name: str
    places: int
    taken: int
    new_notice_needed: bool
    bands: list[Band]
    ties: list[Tie]

    @property
    def fewer(self) -> int:
        return max(0, self.places - self.taken)

    @property
    def rows(self) -> list[Standing]:
        return [row for band in self.bands for row in band.rows]

    @property
    def telling(self) -> bool:
        """Whether it has more to say than that nobody applied."""
        return bool(self.bands) or self.new_notice_needed


@dataclass(frozen=True, slots=True)
class Board:
    """The whole ranking. ``stages``: names of the stages that have a column; ``cutoffs``: their bars."""

    stages: list[str]
    cutoffs: list[str]
    groups: list[Group]
    count: int

    @property
    def telling(self) -> list[Group]:
        return [group for group in self.groups if group.telling]

    @property
    def without_applications(self) -> list[Group]:
        return [group for group in self.groups if not group.telling]


def board_of(selection: Selection, lines: Sequence[Line], names: Mapping[str, Text]) -> Board:
    """``lines``: the selection's, with their applications and startups. ``names``: field key → name,
    in the rulebook's order."""
    inputs = SelectionInputs.model_validate(selection.inputs)
    outcome = SelectionOutcome.model_validate(selection.outcome)
    words = Words(inputs)
    keys = [stage.key for stage in inputs.stages]
    shown = keys[: keys.index(selection.round.stage) + 1]
    entries = {entry.id: entry for entry in outcome.ranking.applications}
    labels = {str(line.application_id): line.application.number for line in lines}
    at = ("final", *shown) if selection.final else (selection.round.stage,)
    steps = [step for step in outcome.ranking.ties if step.at in at]
    tied = {identity for step in steps for identity in step.tied}
    decimals = {
        key: most_decimals(plain(entry.stage_totals[key]) for entry in entries.values() if key in entry.stage_totals)
        for key in shown
    }
    final_decimals = most_decimals(line.score for line in lines)
    sorted_lines: dict[str, dict[str, list[Standing]]] = defaultdict(lambda: defaultdict(list))
    for line in sorted(lines, key=_order):
        entry = entries[str(line.application_id)]
        totals = [
            (
                words.stage(key),
                with_decimals(plain(entry.stage_totals[key]), decimals[key]) if key in entry.stage_totals else "",
            )
            for key in shown
        ]
        score = with_decimals(line.score, final_decimals)
        row = Standing(line, totals, score, _note(selection, line, entry, words), entry.id in tied)
        sorted_lines[entry.group][line.computed].append(row)
    results = {result.group: result for result in outcome.ranking.groups}
    groups = []
    for key, places in in_order(_places(selection, inputs), names):
        bands = sorted_lines.get(key, {})
        groups.append(
            Group(
                key=key,
                name=pick(names.get(key, ALL_FIELDS)),
                places=places,
                taken=len(bands.get("selected", [])) + len(bands.get("passed", [])),
                new_notice_needed=selection.final and results[key].new_notice_needed,
                bands=[Band(o, pick(OUTCOMES[o]), bands[o]) for o in BANDS if bands.get(o)],
                ties=[words.tie(s.as_json(), labels) for s in steps if entries[s.tied[0]].group == key],
            )
        )
    return Board(
        stages=[words.stage(key) for key in shown],
        cutoffs=[plain(stage.cutoff_percent) for stage in inputs.stages if stage.key in shown],
        groups=[group for group in groups if group.rows or group.places],
        count=len(lines),
    )


def most_decimals(figures: Iterable[str]) -> int:
    """The decimals of the longest of these plain numbers."""
    return max((len(figure.partition(".")[2]) for figure in figures), default=0)


def with_decimals(figure: str, decimals: int) -> str:
    """ "87.5" with 4 decimals: "87.5000", so that a column of scores reads evenly. "" stays empty."""
    return f"{Decimal(figure):.{max(decimals, most_decimals([figure]))}f}" if figure else ""


def in_order(places: Mapping[str, int], names: Mapping[str, Text]) -> list[tuple[str, int]]:
    """The groups in the order of ``names``: as the rulebook lists its fields."""
    order = list(names)
    return sorted(places.items(), key=lambda item: (order.index(item[0]) if item[0] in names else len(order), item[0]))


def _order(line: Line) -> tuple[int, str]:
    """By rank as computed; who has none, by number."""
    return line.rank or 1_000_000, line.application.number


def _places(selection: Selection, inputs: SelectionInputs) -> dict[str, int]:
    """Group → places: the quota, or how many a shortlist lets through (0: everybody above the cut-off)."""
    quota = quotas(inputs.selection)
    if selection.final:
        return quota
    factor = next(stage.shortlist_factor for stage in inputs.stages if stage.key == selection.round.stage)
    return {key: ceil(Fraction(places) * Fraction(factor)) if factor else 0 for key, places in quota.items()}


def _note(selection: Selection, line: Line, entry: RankedApplication, words: Words) -> str:
    if entry.outcome == "excluded":
        ground = EXCLUSIONS.get(line.excluded)
        return pick(ground or text("신청 철회", "Withdrawn"))
    if selection.final and entry.stopped_at and entry.stopped_at != selection.round.stage:
        stage = words.stage(entry.stopped_at)
        return pick(text(f"‘{stage}’에서 마감", f"Ended at “{stage}”"))
    return ""
