"""The figures that a sheet calculates for one application, against `scoring`."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from didimdol_decide.auditing.cells import Cell, same
from didimdol_decide.auditing.findings import FindingKind, Report
from didimdol_decide.auditing.inputs import Inputs, number_at
from didimdol_decide.auditing.rule import AuditRule
from didimdol_decide.auditing.table import Table
from didimdol_decide.canonical import plain
from didimdol_decide.rounding import rounded
from didimdol_decide.rules import Rounding, StageRule, TrimRule
from didimdol_decide.scoring import StageScore, score_stage

NO_TRIM = TrimRule(drop_high=0, drop_low=0, min_ballots=1)
MODES: tuple[Rounding, ...] = ("half_up", "half_even", "down")


class Figures:
    """Checks the figures of one application. unrounded: how many stand unrounded, but right."""

    def __init__(self, table: Table, rule: AuditRule, stage: StageRule, report: Report) -> None:
        self.table, self.rule, self.stage, self.report = table, rule, stage, report
        self.unrounded = 0

    def check(self, inputs: Inputs, score: StageScore) -> None:
        """Every figure of an application whose inputs can be used and that has a score."""
        assert score.base_exact is not None  # scored
        points = [line.points for line in score.ballots]
        kept = [line.points for line in score.ballots if line.dropped is None]
        summed = kept if self.rule.sum_of == "kept" else points
        total = sum(summed, Decimal(0))
        of = "절사 뒤 남은" if self.rule.sum_of == "kept" else "모든"
        of_en = "kept" if self.rule.sum_of == "kept" else "all"
        self._compare(
            inputs,
            "sum",
            "sum",
            Fraction(total),
            f"{of} 평가위원 점수의 합과 다릅니다.",
            f"Not the sum of {of_en} evaluators' points.",
        )
        self._compare(
            inputs,
            "highest",
            "highest",
            Fraction(max(points)),
            "가장 높은 점수가 아닙니다.",
            "Not the highest score.",
        )
        self._compare(
            inputs,
            "lowest",
            "lowest",
            Fraction(min(points)),
            "가장 낮은 점수가 아닙니다.",
            "Not the lowest score.",
        )
        untrimmed = self._base(inputs, NO_TRIM)
        self._compare(
            inputs,
            "plain_mean",
            "plain_mean",
            untrimmed,
            "모든 평가위원의 평균과 다릅니다.",
            "Not the mean of all evaluators.",
        )
        self._kind_means(inputs, score)
        self._mean(inputs, Fraction(score.base_exact))
        self._total(inputs, score)

    def _base(self, inputs: Inputs, trim: TrimRule) -> Fraction:
        stage = self.stage.model_copy(update={"trim": trim})
        exact = score_stage(stage, inputs.ballots)[inputs.id].base_exact
        assert exact is not None  # the same ballots have a score
        return Fraction(exact)

    def _stands(self, inputs: Inputs, cell: Cell, heading: str) -> Decimal | None:
        return number_at(cell, self.table.grid.typed, self.report, inputs.entry.label, heading)

    def _right(self, exact: Fraction) -> Decimal:
        return rounded(exact, self.rule.decimals, self.rule.rounding)

    def agrees(self, cell: Cell, stands: Decimal, exact: Fraction) -> bool:
        """The rounded value, or the exact one that is shown as the rounded one."""
        right = self._right(exact)
        if same(stands, right):
            return True
        if not same(stands, exact):
            return False
        if cell.shown_places == self.rule.decimals and rounded(exact, cell.shown_places, "half_up") != right:
            return False
        self.unrounded += 1
        return True

    def _compare(
        self, inputs: Inputs, role: str, kind: FindingKind, exact: Fraction, ko: str, en: str
    ) -> None:
        cell = inputs.entry.figures.get(role)
        if cell is not None:
            column = self.table.head.first(role)
            self._compare_cell(inputs, cell, column.text if column else role, kind, exact, ko, en)

    def _compare_cell(
        self, inputs: Inputs, cell: Cell, heading: str, kind: FindingKind, exact: Fraction, ko: str, en: str
    ) -> None:
        stands = self._stands(inputs, cell, heading)
        if stands is None or self.agrees(cell, stands, exact):
            return
        self.report.add(
            kind, cell, ko, en, right=plain(self._right(exact)), heading=heading, application=inputs.entry.label,
            follows=self._earlier(inputs),
        )  # fmt: skip

    def _earlier(self, inputs: Inputs) -> str | None:
        """A wrong sum of items of the same application, from which the rest may have been calculated."""
        for ballot in inputs.entry.ballots:
            if ballot.items and ballot.total is not None and self.report.wrong(ballot.total):
                return ballot.total.address
        return None

    def _kind_means(self, inputs: Inputs, score: StageScore) -> None:
        for place, cell in inputs.entry.kind_means.items():
            lines = [line for line in score.ballots if line.body == f"k{place}" and line.dropped is None]
            if not lines:
                continue
            exact = sum((Fraction(line.points) * 100 / line.maximum for line in lines), Fraction(0)) / len(
                lines
            )
            name = self.rule.kinds[place].name
            self._compare_cell(
                inputs,
                cell,
                name,
                "kind_mean",
                exact,
                f"'{name}'의 평균과 다릅니다.",
                f"Not the mean of '{name}'.",
            )

    def _mean(self, inputs: Inputs, exact: Fraction) -> None:
        cell = inputs.entry.figures.get("mean")
        column = self.table.head.first("mean")
        if cell is None or column is None:
            return
        stands = self._stands(inputs, cell, column.text)
        if stands is None or self.agrees(cell, stands, exact):
            return
        right = plain(self._right(exact))
        kind, ko, en = self._why(inputs, stands, exact)
        self.report.add(
            kind, cell, f"{ko} 맞는 값은 {right}입니다.", f"{en} Right: {right}.", right=right, heading=column.text,
            application=inputs.entry.label, follows=self._earlier(inputs),
        )  # fmt: skip

    def _why(self, inputs: Inputs, stands: Decimal, exact: Fraction) -> tuple[FindingKind, str, str]:
        """What was done instead, where one of the usual mistakes gives what stands there."""
        places = self.rule.decimals
        shorter = {rounded(exact, fewer, mode) for fewer in range(places + 1) for mode in MODES}
        if same(stands, exact) or any(same(stands, value) for value in shorter):
            return (
                "rounding",
                f"소수 {places}자리 {self.rule.rounding} 반올림이 아닙니다.",
                f"Not rounded {self.rule.rounding} to {places} places.",
            )
        trim = self.stage.trim
        ends = trim.drop_high, trim.drop_low
        tries: list[tuple[TrimRule, str, str]] = []
        if ends != (0, 0):
            tries = [
                (NO_TRIM, "최고·최저를 빼지 않은 평균입니다.", "The mean without trimming."),
                (
                    _trim(trim, 0, ends[1], trim.min_ballots),
                    "최고를 빼지 않고 최저만 뺐습니다.",
                    "Only the lowest was dropped.",
                ),
                (
                    _trim(trim, ends[0], 0, trim.min_ballots),
                    "최저를 빼지 않고 최고만 뺐습니다.",
                    "Only the highest was dropped.",
                ),
                (
                    _trim(trim, ends[0], ends[1], sum(ends) + 1),
                    f"평가위원이 {trim.min_ballots}명보다 적은데 최고·최저를 뺐습니다.",
                    f"Trimmed although there are fewer than {trim.min_ballots} ballots.",
                ),
                (
                    _trim(trim, ends[0] + 1, ends[1] + 1, sum(ends) + 3),
                    "최고·최저를 하나씩 더 뺐습니다.",
                    "One more was dropped at each end.",
                ),
            ]
        else:
            tries = [
                (
                    _trim(trim, 1, 1, 3),
                    "규칙에 없는 최고·최저 제외를 했습니다.",
                    "Trimmed although the rule does not say so.",
                )
            ]
        for tried, ko, en in tries:
            value = self._base(inputs, tried)
            if value != exact and (
                same(stands, value) or any(same(stands, rounded(value, places, mode)) for mode in MODES)
            ):
                return "trim", ko, en
        if ends != (0, 0) and self._all_equals_dropped(inputs, stands):
            return (
                "trim",
                "같은 최고·최저점을 하나가 아니라 모두 뺐습니다.",
                "All equal extremes were dropped instead of one.",
            )
        return "mean", "규칙대로 계산한 평균과 다릅니다.", "Not the mean by the rule."

    def _all_equals_dropped(self, inputs: Inputs, stands: Decimal) -> bool:
        sums = {ballot.evaluator: sum(ballot.points.values(), Decimal(0)) for ballot in inputs.ballots}
        edges = {max(sums.values()), min(sums.values())}
        left = [ballot for ballot in inputs.ballots if sums[ballot.evaluator] not in edges]
        if {ballot.body for ballot in left} != {ballot.body for ballot in inputs.ballots}:
            return False
        stage = self.stage.model_copy(update={"trim": NO_TRIM})
        exact = score_stage(stage, left)[inputs.id].base_exact
        return exact is not None and same(stands, self._right(Fraction(exact)))

    def _total(self, inputs: Inputs, score: StageScore) -> None:
        cell = inputs.entry.figures.get("total")
        column = self.table.head.first("total")
        if cell is None or column is None or score.base_exact is None:
            return
        stands = self._stands(inputs, cell, column.text)
        base = Fraction(score.base_exact)
        exact = base + Fraction(score.bonus)
        if stands is None or self.agrees(cell, stands, exact):
            return
        right, bonus = plain(self._right(exact)), plain(score.bonus)
        kind: FindingKind = "total"
        ko, en = "평균과 가점의 합이 아닙니다.", "Not the mean plus the bonus."
        follows = self._earlier(inputs)
        mean = inputs.entry.figures.get("mean")
        if score.bonus and (same(stands, self._right(base)) or same(stands, base)):
            kind, ko, en = "bonus_lost", f"가점 {bonus}점이 빠졌습니다.", f"The bonus of {bonus} is missing."
        elif score.bonus < score.bonus_filed and same(
            stands, self._right(base + Fraction(score.bonus_filed))
        ):
            ko, en = (
                f"가점 한도 {bonus}점을 넘겨 더했습니다.",
                f"More than the bonus cap of {bonus} was added.",
            )
        elif (
            mean is not None
            and mean.number is not None
            and self.report.wrong(mean)
            and same(stands, mean.number + score.bonus)
        ):
            ko, en = "틀린 평균으로 계산한 총점입니다.", "Calculated from a wrong mean."
            follows = mean.address
        self.report.add(
            kind, cell, f"{ko} 맞는 값은 {right}입니다.", f"{en} Right: {right}.", right=right, heading=column.text,
            application=inputs.entry.label, follows=follows,
        )  # fmt: skip


def _trim(rule: TrimRule, high: int, low: int, least: int) -> TrimRule:
    return TrimRule(drop_high=high, drop_low=low, min_ballots=max(least, high + low + 1), scope=rule.scope)
