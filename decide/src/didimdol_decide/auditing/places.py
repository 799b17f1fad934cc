"""Ranks and selection as the sheet states them, against `ranking`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from didimdol_decide.auditing.cells import Cell, number_in, spelled
from didimdol_decide.auditing.findings import Report
from didimdol_decide.auditing.inputs import number_at
from didimdol_decide.auditing.order import Order, Placed, Standing
from didimdol_decide.auditing.questions import Questions
from didimdol_decide.auditing.rule import AuditRule
from didimdol_decide.canonical import plain
from didimdol_decide.plain import Text
from didimdol_decide.rules import StageRule

WORDS = {
    "selected": "선정 최종선정 선발 지원대상 합격 적격 o ○ ● ◯ y yes selected pass awarded",
    "reserve": "예비 예비선정 후보 예비후보 reserve waitlist",
    "": "탈락 최종탈락 미선발 미선정 비선정 불합격 부적격 과락 미달 기준미달 제외 - – x × ✕ n no notselected fail rejected belowcut-off",
}
OUTCOMES = {word: outcome for outcome, words in WORDS.items() for word in words.split()}
DEFAULTS = {"selected": "선정", "reserve": "예비", "": "미선정"}


class Places:
    """Checks ranks and outcomes of all applications together."""

    def __init__(
        self, placed: list[Placed], rule: AuditRule, stage: StageRule, report: Report, questions: Questions
    ) -> None:
        self.placed, self.rule, self.stage, self.report, self.questions = (
            placed,
            rule,
            stage,
            report,
            questions,
        )
        self.notes: list[Text] = []
        self.order = Order(placed, rule, stage, questions)
        self.known = {
            **OUTCOMES,
            **{spelled(word): "" if to == "none" else to for word, to in rule.words.items()},
        }
        self.words = self._vocabulary()
        self.first_wrong: dict[str, str | None] = {}

    def check(self) -> None:
        """Raises nothing; asks where the rule leaves a tie or the lowest open."""
        ranks, outcomes = self._column("rank"), self._column("selected")
        if not ranks and not outcomes:
            return
        if outcomes and self.rule.select is None:
            fields = list(self.order.fields)
            line = (
                "select: 3"
                if len(fields) == 1
                else "select: {" + ", ".join(f"{name}: 3" for name in fields) + "}"
            )
            self.questions.ask(
                "선정여부 열이 있는데 선정 수가 없습니다.",
                "There is a selection column; how many are selected?",
                line,
            )
            return
        failed = [
            one
            for one in self.placed
            if one.score is not None and one.score.status == "scored" and not one.score.passed
        ]
        if ranks and failed and self.rule.ranked is None:
            self.questions.ask(
                "과락 기준에 못 미친 신청이 있습니다. 순위를 이들에게도 매깁니까 (all), 통과한 신청에만 매깁니까 (passed)?",
                "Some are below the cut-off. Are they ranked too (all), or those that passed only (passed)?",
                "ranked: all",
            )
            return
        everybody = self.rule.ranked == "all"
        by_rule = self.order.by_rule(everybody)
        decided = self.order.by_rule(False)
        if self.order.asked_of_ties(by_rule, bool(ranks)) or self.order.asked_of_ties(decided, False):
            return
        stated = self.order.stated_scores()
        as_stated = self.order.ranking(stated, everybody)
        as_stated_decided = self.order.ranking(stated, False)
        for field in self.order.fields.values():
            members = {one.inputs.id: one for one in self.placed if one.field == field}
            if lost := [one for one in members.values() if one.score is None]:
                cell = lost[0].inputs.entry.cell.address
                self.notes.append(
                    Text(
                        ko=f"{cell}: 점수와 총점을 모두 읽을 수 없어, 같은 분야의 순위와 선정은 검사하지 못했습니다.",
                        en=f"{cell}: neither scores nor total can be read, so ranks and selection of its field were not checked.",
                    )
                )
                continue
            if ranks:
                self._check_ranks(members, by_rule, as_stated)
            if outcomes:
                self._check_outcomes(members, decided, as_stated_decided)

    def _column(self, role: str) -> bool:
        return any(role in one.inputs.entry.figures for one in self.placed)

    def _check_ranks(self, members: Mapping[str, Placed], standing: Standing, as_stated: Standing) -> None:
        taken: dict[int, set[int]] = {}
        for key, one in members.items():
            cell = one.inputs.entry.figures.get("rank")
            if cell is None:
                continue
            self.report.checked += 1
            stands = self._rank_in(cell, one)
            if stands == -1:
                continue
            positions = standing.block[key].positions
            if not positions:
                if stands is not None:
                    self._rank_finding(one, cell, "", False)
                continue
            if self.rule.ties == "share":
                right, fits = str(positions[0]), stands == positions[0]
            else:
                right = str(positions[0]) if len(positions) == 1 else f"{positions[0]}-{positions[-1]}"
                used = taken.setdefault(positions[0], set())
                fits = stands in positions and stands not in used
                used.add(stands or 0)
            if not fits:
                self._rank_finding(one, cell, right, stands == as_stated.rank[key])

    def _rank_in(self, cell: Cell, one: Placed) -> int | None:
        """The rank in a cell, None where none is given, -1 where it cannot be read (reported)."""
        if cell.kind in ("unsaved", "error", "other"):
            number_at(cell, one.table.grid.typed, self.report, one.inputs.entry.label, _heading(one, "rank"))
            return -1
        if cell.kind == "empty" or spelled(cell.text) in self.known:
            return None
        number = (
            cell.number
            if cell.kind == "number"
            else number_in(re.sub(r"공동|tied|[()=]|(위|등|st|nd|rd|th)\)?$", "", cell.text))
        )
        facts = {"heading": _heading(one, "rank"), "application": one.inputs.entry.label}
        if number is None or number != int(number):
            self.report.add(
                "not_a_number",
                cell,
                f"'{cell.text}'은(는) 순위가 아닙니다.",
                f"'{cell.text}' is not a rank.",
                **facts,
            )
            return -1
        if (
            cell.kind == "text"
            and one.table.grid.typed
            and number_in(cell.text) is not None
            and "점" not in cell.text
        ):
            self.report.add(
                "text_number",
                cell,
                "글자로 저장된 숫자입니다.",
                "A number stored as text.",
                right=plain(number),
                **facts,
            )
        return int(number)

    def _rank_finding(self, one: Placed, cell: Cell, right: str, follows: bool) -> None:
        ko = (
            f"점수 순서로는 {right}위입니다."
            if right
            else "순위를 매기지 않는 신청입니다 (과락 또는 점수 없음)."
        )
        en = (
            f"By score the rank is {right}."
            if right
            else "This application has no rank (below the cut-off, or no score)."
        )
        self.report.add(
            "rank", cell, ko, en, right=right, heading=_heading(one, "rank"), application=one.inputs.entry.label,
            follows=self._wrong_total(one) if follows else None,
        )  # fmt: skip

    def _wrong_total(self, one: Placed) -> str | None:
        cell = _final(one)
        if cell is not None and self.report.wrong(cell):
            return cell.address
        if one.field not in self.first_wrong:
            cells = [
                cell for peer in self.placed if peer.field == one.field and (cell := _final(peer)) is not None
            ]
            self.first_wrong[one.field] = next(
                (cell.address for cell in cells if self.report.wrong(cell)), None
            )
        return self.first_wrong[one.field]

    def _outcome_in(self, cell: Cell) -> str | None:
        """selected, reserve, "" for neither; None where the word is not known."""
        word = spelled(cell.text)
        if word and re.fullmatch(r"예비(선정|후보)?\d*(순위|번|위)?", word):
            return "reserve"
        return self.known.get(word) if word else ""

    def _vocabulary(self) -> dict[str, str]:
        """The sheet's own words for the outcomes, the most frequent of each."""
        counted: dict[str, Counter[str]] = {outcome: Counter() for outcome in DEFAULTS}
        for one in self.placed:
            cell = one.inputs.entry.figures.get("selected")
            if cell is not None and cell.text and (outcome := self._outcome_in(cell)) is not None:
                counted[outcome][cell.text] += 1
        return {
            outcome: min(words, key=lambda word: (-words[word], word)) if words else DEFAULTS[outcome]
            for outcome, words in counted.items()
        }

    def _check_outcomes(self, members: Mapping[str, Placed], standing: Standing, as_stated: Standing) -> None:
        left: dict[frozenset[str], Counter[str]] = {}
        for key, one in members.items():
            cell = one.inputs.entry.figures.get("selected")
            if cell is None:
                continue
            self.report.checked += 1
            stands = self._outcome_in(cell)
            label, heading = one.inputs.entry.label, _heading(one, "selected")
            if cell.kind in ("unsaved", "error"):
                number_at(cell, one.table.grid.typed, self.report, label, heading)
                continue
            if stands is None:
                self.questions.ask(
                    f"{cell.address} '{cell.text}'은(는) 선정, 예비, 미선정 가운데 무엇입니까 (selected, reserve, none)?",
                    f"Does {cell.address} '{cell.text}' mean selected, reserve or none?",
                    f"words: {{{cell.text}: selected}}",
                )
                continue
            block = standing.block[key]
            open_places = left.setdefault(block.members, block.outcomes.copy())
            if open_places[stands] > 0:
                open_places[stands] -= 1
                continue
            words = [self.words[outcome] for outcome in sorted(block.outcomes)]
            score = one.score
            below = score is not None and score.status == "scored" and not score.passed
            why = (
                f"과락 기준 {plain(self.stage.cutoff_percent)}점 미만"
                if below
                else f"{standing.rank[key] or '-'}위"
            )
            why_en = (
                f"below the cut-off of {plain(self.stage.cutoff_percent)}"
                if below
                else f"rank {standing.rank[key] or '-'}"
            )
            follows = self._wrong_total(one) if stands == as_stated.outcome[key] else None
            self.report.add(
                "selection", cell, f"규칙대로는 '{' / '.join(words)}'입니다 ({why}).",
                f"By the rule it is '{' / '.join(words)}' ({why_en}).",
                right=" / ".join(words), heading=heading, application=label, follows=follows,
            )  # fmt: skip


def _final(one: Placed) -> Cell | None:
    return one.inputs.entry.figures.get("total") or one.inputs.entry.figures.get("mean")


def _heading(one: Placed, role: str) -> str:
    column = one.table.head.first(role)
    return column.text if column else role
