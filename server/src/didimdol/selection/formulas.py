"""The steps from a stage's ballots to its score as sums that a reader can follow with a pencil.

Nothing is computed a second time but the sums that are written down. What does not end as a decimal stays a fraction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from didimdol.kernel.words import pick, text
from didimdol_decide.canonical import plain
from didimdol_decide.rules import StageRule
from didimdol_decide.scoring import StageScore
from didimdol_decide.sheet import ROUNDING, body_mean, exact


@dataclass(frozen=True, slots=True)
class Formulas:
    """``trim``: what the rule drops. ``means``: body → its mean and share. ``base``: their sum, rounded. ``cutoff``,
    ``bonus``: each in one line. Empty where the stage has no score."""

    trim: str
    means: dict[str, str]
    base: str
    cutoff: str
    bonus: str


def formulas_of(rule: StageRule, score: StageScore) -> Formulas:
    means, parts = _means(rule, score)
    if score.base is None or score.base_exact is None or score.total is None:
        return Formulas(_trim(rule, score), means, "", "", "")
    whole = exact(Fraction(score.base_exact))
    added = whole if parts == [whole] else f"{' + '.join(parts)} = {whole}"
    rounded = rounding_of(rule.decimals, rule.rounding)
    compared = score.total if rule.cutoff_includes_bonus else score.base
    sign = "≥" if score.passed else "<"
    passed = pick(text("통과", "reached") if score.passed else text("기준 미달", "below"))
    return Formulas(
        trim=_trim(rule, score),
        means=means,
        base=f"{added} → {plain(score.base)} ({rounded})",
        cutoff=f"{plain(compared)} {sign} {plain(score.cutoff)}: {passed}",
        bonus=f"{whole} + {plain(score.bonus)}{_capped(rule, score)} → {plain(score.total)} ({rounded})",
    )


def rounding_of(decimals: int, rounding: str) -> str:
    """ "소수 4자리, 반올림"."""
    ko, en = ROUNDING[rounding]
    return pick(text(f"소수 {decimals}자리, {ko}", f"{decimals} decimals, {en}"))


def items_of(rule: StageRule, body: str, points: Mapping[str, Decimal]) -> str:
    """A ballot's items, in the order of its sheet, as the sum that its total is; "" where there is only one."""
    given = [plain(points[item.key]) for item in rule.body(body).criteria]
    return " + ".join(given) if len(given) > 1 else ""


def _means(rule: StageRule, score: StageScore) -> tuple[dict[str, str], list[str]]:
    means: dict[str, str] = {}
    parts: list[str] = []
    for body in rule.bodies:
        mean = body_mean(score, body)
        if mean is None:
            continue
        kept = [line for line in score.ballots if line.body == body.key and line.dropped is None]
        added = " + ".join(plain(line.points) for line in kept)
        share = exact(mean * Fraction(body.weight))
        means[body.key] = (
            f"({added}) / ({len(kept)} × {body.maximum}) × 100 = {exact(mean)}; × {plain(body.weight)} = {share}"
        )
        parts.append(share)
    return means, parts


def _trim(rule: StageRule, score: StageScore) -> str:
    trim = rule.trim
    if not trim.drop_high and not trim.drop_low:
        return pick(text("모든 평가표를 반영하는 규칙입니다.", "The rule counts every ballot."))
    if score.trimmed == "none":
        said = text(
            f"뺀 평가표가 없습니다(평가표 {trim.min_ballots}장 이상일 때만 최고 {trim.drop_high}장, 최저 {trim.drop_low}장을 뺌).",
            f"None is dropped ({trim.drop_high} highest and {trim.drop_low} lowest go only from {trim.min_ballots} ballots on).",
        )
        return pick(said)
    whole = score.trimmed == "panel"
    ko, en = ("위원단 전체", "of the whole panel") if whole else ("평가 주체마다", "of each body")
    said = text(
        f"{ko}에서 최고 {trim.drop_high}장, 최저 {trim.drop_low}장을 뺐습니다. 같은 점수가 여럿이어도 이 장수만 뺍니다.",
        f"Dropped {en}: highest {trim.drop_high}, lowest {trim.drop_low}; of equal ones only that many.",
    )
    return pick(said)


def _capped(rule: StageRule, score: StageScore) -> str:
    if score.bonus_filed == score.bonus:
        return ""
    filed, most = plain(score.bonus_filed), plain(rule.bonus_cap)
    return pick(text(f" (신청 {filed}, 한도 {most})", f" ({filed} filed, at most {most})"))
