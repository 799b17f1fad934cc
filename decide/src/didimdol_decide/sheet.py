"""The calculation sheet of a stage, to be followed with a pencil, as text and as CSV rows.

Words around what `scoring` computed: nothing is computed a second time here except the sums that a reader
writes down. Where a figure must be exact to lead to the result it is written as a fraction; rounding happens
once, in the last line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from didimdol_decide.canonical import plain
from didimdol_decide.plain import Text
from didimdol_decide.rules import BodyRule, StageRule
from didimdol_decide.scoring import BallotLine, StageScore

ROUNDING = {
    "half_up": ("반올림", "halves away from zero"),
    "half_even": ("오사오입(짝수 쪽)", "halves to the even digit"),
    "down": ("버림", "cut off"),
}
CSV_HEAD = (
    "stage",
    "application",
    "step",
    "body",
    "evaluator",
    "points",
    "maximum",
    "weight",
    "value",
    "exact",
    "dropped",
)


def exact(value: Fraction) -> str:
    """A fraction as a decimal where that ends, otherwise as "n/d": no digit is lost."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1 or value.denominator > 10**9:
        return f"{value.numerator}/{value.denominator}"
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
    return plain(Decimal(int(value * 10**places)).scaleb(-places))


def _kept(score: StageScore, body: BodyRule) -> list[BallotLine]:
    return [line for line in score.ballots if line.body == body.key and line.dropped is None]


def body_mean(score: StageScore, body: BodyRule) -> Fraction | None:
    """Exact mean of the counted ballots of a body, out of 100: sum of points / (ballots x maximum) x 100."""
    kept = _kept(score, body)
    if not kept:
        return None
    return Fraction(sum((line.points for line in kept), Decimal(0))) * 100 / (len(kept) * body.maximum)


def _trim_words(rule: StageRule, score: StageScore) -> Text:
    trim = rule.trim
    if score.trimmed == "none":
        return Text(
            ko=f"뺀 평가표 없음 (최고 {trim.drop_high}장, 최저 {trim.drop_low}장은"
            f" {trim.min_ballots}장 이상일 때만 뺌).",
            en=f"No ballot dropped ({trim.drop_high} highest and {trim.drop_low} lowest go only from"
            f" {trim.min_ballots} ballots on).",
        )
    ko = "심사단 전체" if score.trimmed == "panel" else "평가 주체마다"
    en = "of the whole panel" if score.trimmed == "panel" else "of each body"
    return Text(
        ko=f"{ko}에서 최고 {trim.drop_high}장, 최저 {trim.drop_low}장을 뺌"
        f" ({trim.min_ballots}장 이상일 때). 같은 점수도 이 장수만 뺌.",
        en=f"The {trim.drop_high} highest and {trim.drop_low} lowest {en} are dropped"
        f" (from {trim.min_ballots} ballots on); of equal ones only that many.",
    )


def _ballot_lines(score: StageScore, column: int) -> list[str]:
    marks = {
        None: "",
        "high": ("  [최고, 뺌]", "  [highest, dropped]")[column],
        "low": ("  [최저, 뺌]", "  [lowest, dropped]")[column],
    }
    return [
        f"     {line.body} {line.evaluator}: {plain(line.points)} / {line.maximum} x 100"
        f" = {exact(Fraction(line.points) * 100 / line.maximum)}{marks[line.dropped]}"
        for line in score.ballots
    ]


def _body_lines(rule: StageRule, score: StageScore, column: int) -> tuple[list[str], list[str]]:
    """A line for each body, and the weighted means to add up."""
    lines: list[str] = []
    parts: list[str] = []
    for body in rule.bodies:
        mean = body_mean(score, body)
        if mean is None:
            lines.append(f"     {body.key}: " + ("평가표 없음", "no ballot")[column])
            continue
        kept = _kept(score, body)
        added = " + ".join(plain(line.points) for line in kept)
        weighted = exact(mean * Fraction(body.weight))
        lines.append(
            f"     {body.key}: ({added}) / ({len(kept)} x {body.maximum}) x 100 = {exact(mean)};"
            f" x {plain(body.weight)} = {weighted}"
        )
        parts.append(weighted)
    return lines, parts


def explain(rule: StageRule, score: StageScore, language: str = "ko") -> str:
    """The sheet of one application in one stage, line by line."""
    column = 1 if language == "en" else 0
    means, parts = _body_lines(rule, score, column)
    title = (
        f"신청 {score.application} · 단계 {rule.key}",
        f"Application {score.application} · stage {rule.key}",
    )
    lines = [
        title[column],
        "  1. " + ("평가표: 점수 합 / 배점 x 100", "Ballots: sum of points / maximum x 100")[column],
        *_ballot_lines(score, column),
        "  2. " + _trim_words(rule, score).in_language(language),
        "  3. " + ("평가 주체의 평균과 가중치", "Mean of each body, times its weight")[column],
        *means,
    ]
    if score.explanation is not None:
        lines.append("  4. " + score.explanation.in_language(language))
        return "\n".join(lines)
    assert score.base is not None
    assert score.base_exact is not None
    assert score.total is not None
    how = ROUNDING[rule.rounding][column]
    places = (f"소수 {rule.decimals}자리, {how}", f"{rule.decimals} decimals, {how}")[column]
    base_exact = exact(Fraction(score.base_exact))
    summed = base_exact if parts == [base_exact] else f"{' + '.join(parts)} = {base_exact}"
    base, bonus, cutoff = (("기본 점수", "Base score"), ("가점", "Bonus"), ("기준 점수", "Cut-off"))
    lines.append(f"  4. {base[column]}: {summed} -> {plain(score.base)} ({places})")
    capped = ""
    if score.bonus_filed != score.bonus:
        filed, most = plain(score.bonus_filed), plain(rule.bonus_cap)
        capped = (f" (신청 {filed}, 한도 {most})", f" ({filed} filed, at most {most})")[column]
    lines.append(
        f"  5. {bonus[column]}: {plain(score.bonus)}{capped}; {base_exact} + {plain(score.bonus)}"
        f" -> {plain(score.total)} ({places})"
    )
    compared = score.total if rule.cutoff_includes_bonus else score.base
    sign, verdict = (">=", ("통과", "passes")) if score.passed else ("<", ("기준 미달", "below the cut-off"))
    lines.append(f"  6. {cutoff[column]}: {plain(compared)} {sign} {plain(score.cutoff)}: {verdict[column]}")
    return "\n".join(lines)


def csv_rows(rule: StageRule, scores: Mapping[str, StageScore]) -> list[Sequence[str]]:
    """Rows under `CSV_HEAD`: every ballot, every body, then base, bonus, total and cut-off of each
    application.

    value: rounded as shown in a record; exact: as a decimal or a fraction.
    """
    rows: list[Sequence[str]] = []

    def add(application: str, step: str, **cells: str) -> None:
        rows.append([rule.key, application, step, *(cells.get(name, "") for name in CSV_HEAD[3:])])

    for application in sorted(scores):
        score = scores[application]
        for line in score.ballots:
            add(
                application,
                "ballot",
                body=line.body,
                evaluator=line.evaluator,
                points=plain(line.points),
                maximum=str(line.maximum),
                value=plain(line.total),
                exact=exact(Fraction(line.points) * 100 / line.maximum),
                dropped=line.dropped or "",
            )
        for body, counted in zip(rule.bodies, score.bodies, strict=True):
            mean = body_mean(score, body)
            if mean is not None and counted.mean is not None:
                add(
                    application,
                    "body",
                    body=body.key,
                    points=plain(sum((line.points for line in _kept(score, body)), Decimal(0))),
                    maximum=str(counted.counted * body.maximum),
                    weight=plain(body.weight),
                    value=plain(counted.mean),
                    exact=exact(mean),
                )
        if score.base is None or score.base_exact is None or score.total is None:
            add(application, "no_quorum")
            continue
        add(application, "base", value=plain(score.base), exact=exact(Fraction(score.base_exact)))
        add(application, "bonus", points=plain(score.bonus_filed), value=plain(score.bonus))
        add(application, "total", value=plain(score.total))
        add(application, "cutoff", value=plain(score.cutoff), exact="passed" if score.passed else "below")
    return rows


__all__ = ["CSV_HEAD", "ROUNDING", "body_mean", "csv_rows", "exact", "explain"]
