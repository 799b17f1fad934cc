"""The figures that a sheet calculates for one application, against `scoring`."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from didimdol_decide.auditing.cells import Cell, same, value_of
from didimdol_decide.auditing.findings import FindingKind, Report
from didimdol_decide.auditing.inputs import Inputs, number_at
from didimdol_decide.auditing.rule import REST, AuditRule
from didimdol_decide.auditing.table import Table
from didimdol_decide.ballots import Ballot
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
        right = self._exact(self.stage, inputs, score)
        stated = self._as_stated(inputs)
        of, of_en = ("절사 뒤 남은", "kept") if self.rule.sum_of == "kept" else ("모든", "all")
        said: dict[str, tuple[FindingKind, str, str]] = {
            "sum": (
                "sum",
                f"{of} 평가위원 점수의 합과 다릅니다.",
                f"Not the sum of {of_en} evaluators' points.",
            ),
            "highest": ("highest", "가장 높은 점수가 아닙니다.", "Not the highest score."),
            "lowest": ("lowest", "가장 낮은 점수가 아닙니다.", "Not the lowest score."),
            "plain_mean": (
                "plain_mean",
                "모든 평가위원의 평균과 다릅니다.",
                "Not the mean of all evaluators.",
            ),
            "mean": ("mean", "규칙대로 계산한 평균과 다릅니다.", "Not the mean by the rule."),
        }
        cells = {role: inputs.entry.figures[role] for role in said if role in inputs.entry.figures}
        for place, cell in inputs.entry.kind_means.items():
            role = f"kind_mean {place}"
            if role in right:
                name = self.rule.kinds[place].name
                cells[role] = cell
                said[role] = "kind_mean", f"'{name}'의 평균과 다릅니다.", f"Not the mean of '{name}'."
        for role, cell in cells.items():
            stands = self._stands(inputs, cell, self._heading(role))
            if stands is None or self.agrees(cell, stands, right[role]):
                continue
            kind, ko, en = self._why(inputs, stands, right[role]) if role == "mean" else said[role]
            value = plain(self._right(right[role]))
            follows = None
            if role in stated and (same(stands, stated[role]) or same(stands, self._right(stated[role]))):
                follows = self._wrong_subtotal(inputs)
            self.report.add(
                kind, cell, f"{ko} 맞는 값은 {value}입니다.", f"{en} Right: {value}.", right=value,
                heading=self._heading(role), application=inputs.entry.label, follows=follows,
            )  # fmt: skip
        self._total(inputs, score)

    def check_unscored(self, inputs: Inputs) -> None:
        """Nobody scored (or a kind of evaluators is missing): there is no mean and no total."""
        for role in ("mean", "total"):
            cell = inputs.entry.figures.get(role)
            if cell is not None and value_of(cell):
                self.report.checked += 1
                self.report.add(
                    role, cell, "평가한 위원이 없어(또는 한 구분이 모두 빠져) 점수를 낼 수 없습니다.",
                    "Nobody scored this application, or a whole kind of evaluators is missing: it has no score.",
                    right="", heading=self._heading(role), application=inputs.entry.label,
                )  # fmt: skip

    def _heading(self, role: str) -> str:
        kind, _, place = role.partition(" ")
        columns = [
            one for one in self.table.head.columns if one.role == kind and place in ("", str(one.kind))
        ]
        return columns[0].text if columns else role

    def _exact(self, stage: StageRule, inputs: Inputs, score: StageScore) -> dict[str, Fraction]:
        """Every figure but the total, exact, by role; means of kinds as "kind_mean 0"."""
        points = [line.points for line in score.ballots]
        kept = [line.points for line in score.ballots if line.dropped is None]
        found = {
            "sum": Fraction(sum(kept if self.rule.sum_of == "kept" else points, Decimal(0))),
            "highest": Fraction(max(points)),
            "lowest": Fraction(min(points)),
            "plain_mean": _base(stage, NO_TRIM, inputs.id, inputs.ballots),
            "mean": Fraction(score.base_exact or 0),
        }
        for place in range(len(self.rule.kinds)):
            lines = [line for line in score.ballots if line.body == f"k{place}" and line.dropped is None]
            if lines:
                shares = [Fraction(line.points) * 100 / line.maximum for line in lines]
                found[f"kind_mean {place}"] = sum(shares, Fraction(0)) / len(shares)
        return found

    def _as_stated(self, inputs: Inputs) -> dict[str, Fraction]:
        """The same figures from the sums of items that stand there, where one of them is wrong and all can be used."""
        if self._wrong_subtotal(inputs) is None:
            return {}
        stated = {
            cells.evaluator: value_of(cells.total)
            for cells in inputs.entry.ballots
            if cells.total is not None
        }
        most, ballots = self.rule.ballot_maximum, []
        for ballot in inputs.ballots:
            points = stated.get(ballot.evaluator)
            if points is None or not 0 <= points <= most:
                return {}
            rest = {REST: ballot.points[REST]} if REST in ballot.points else {}
            ballots.append(ballot.model_copy(update={"points": {"i0": points, **rest}}))
        stage = self.rule.stage(False)
        other = Inputs(inputs.entry, inputs.id, ballots, inputs.bonus)
        return self._exact(stage, other, score_stage(stage, ballots)[inputs.id])

    def _wrong_subtotal(self, inputs: Inputs) -> str | None:
        for ballot in inputs.entry.ballots:
            if ballot.items and ballot.total is not None and self.report.wrong(ballot.total):
                return ballot.total.address
        return None

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
            value = _base(self.stage, tried, inputs.id, inputs.ballots)
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
        follows: str | None = None
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


def _base(stage: StageRule, trim: TrimRule, application: str, ballots: list[Ballot]) -> Fraction:
    """The exact mean of the ballots with another trimming."""
    exact = score_stage(stage.model_copy(update={"trim": trim}), ballots)[application].base_exact
    assert exact is not None  # ballots that have a score have one with any trimming
    return Fraction(exact)


def _trim(rule: TrimRule, high: int, low: int, least: int) -> TrimRule:
    return TrimRule(drop_high=high, drop_low=low, min_ballots=max(least, high + low + 1), scope=rule.scope)
