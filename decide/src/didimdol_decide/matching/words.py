"""Reasons and cut-offs as sentences, in Korean and English. Names are the ids of the inputs unless given."""

from __future__ import annotations

from collections.abc import Callable

from didimdol_decide.canonical import plain
from didimdol_decide.matching.cutoffs import Cutoff, Refusal, StabilityProof, Standing
from didimdol_decide.plain import Text

Name = Callable[[str], str]


def _same(key: str) -> str:
    return key


def refusal_in_words(proof: StabilityProof, refusal: Refusal, *, weak: bool, name: Name = _same) -> Text:
    """Why a startup did not get a demand it would rather have had. weak: equals are equal (exact methods)."""
    demand = name(refusal.demand)
    if refusal.stands is None:
        return Text(
            ko=f"{demand}: 이 기업을 고르지 않았습니다.", en=f"{demand}: it did not choose the startup."
        )
    mine = _place(refusal.stands)
    cutoff = proof.cutoff(refusal)
    if cutoff is None:
        return _against_value(refusal, demand, mine, name)
    if cutoff.last is None:
        ko, en = f"{demand}: 남은 자리가 없습니다", f"{demand}: there was no place left"
        if cutoff.is_quota:
            ko, en = f"{ko} (정원 {name(cutoff.limit)})", f"{en} (quota {name(cutoff.limit)})"
        return Text(ko=f"{ko}.", en=f"{en}.")
    last = _last(cutoff, name)
    if refusal.reason == "own_quota":
        quota = name(cutoff.limit)
        return Text(
            ko=f"{demand}: 자리는 있으나 정원 {quota}가 찼고, 이 기업의 자리도 그 정원에 듭니다 ({mine.ko}; {last.ko}).",
            en=f"{demand}: it has room, but the quota {quota} is full, and the startup's own place counts in it "
            f"({mine.en}; {last.en}).",
        )
    before = ("앞서거나 같은", "at least as high") if weak else ("앞선", "higher")
    where = (
        f"정원 {name(cutoff.limit)}가",
        f"the quota {name(cutoff.limit)} is full of startups ranked {before[1]}",
    )
    if not cutoff.is_quota:
        where = ("자리가", f"full of startups ranked {before[1]}")
    return Text(
        ko=f"{demand}: {where[0]} {before[0]} 기업으로 찼습니다 ({mine.ko}; {last.ko}).",
        en=f"{demand}: {where[1]} ({mine.en}; {last.en}).",
    )


def _against_value(refusal: Refusal, demand: str, mine: Text, name: Name) -> Text:
    if refusal.reason == "rule" and refusal.limit is not None:
        rule = name(refusal.limit)
        return Text(
            ko=f"{demand}: 받으면 '{rule}'을(를) 지킬 수 없습니다 ({mine.ko}).",
            en=f"{demand}: taking it would break '{rule}' ({mine.en}).",
        )
    return Text(
        ko=f"{demand}: 서로 더 원하지만 합계가 가장 높은 매칭에는 들지 않습니다 ({mine.ko}).",
        en=f"{demand}: both would rather have each other, but the highest total is without them ({mine.en}).",
    )


def cutoff_in_words(cutoff: Cutoff, *, name: Name = _same) -> Text:
    """How full a capacity or quota is, and who stands last in it."""
    what = ("정원", "quota") if cutoff.is_quota else ("수요", "demand")
    head = Text(
        ko=f"{what[0]} {name(cutoff.limit)}: {cutoff.taken}/{cutoff.places}",
        en=f"{what[1]} {name(cutoff.limit)}: {cutoff.taken} of {cutoff.places}",
    )
    if not cutoff.full:
        return Text(ko=f"{head.ko}, 자리가 남음", en=f"{head.en}, room left")
    if cutoff.last is None:
        return Text(ko=f"{head.ko}, 받을 자리가 없음", en=f"{head.en}, no place to give")
    last = _last(cutoff, name)
    return Text(ko=f"{head.ko}, {last.ko}", en=f"{head.en}, {last.en}")


def _last(cutoff: Cutoff, name: Name) -> Text:
    assert cutoff.last is not None
    who, place = name(cutoff.last.startup), _place(cutoff.last)
    where = f"–{name(cutoff.last.demand)}" if cutoff.is_quota else ""
    return Text(ko=f"마지막: {who}{where}, {place.ko}", en=f"last: {who}{where}, {place.en}")


def _place(stands: Standing) -> Text:
    ko = f"수요의 {stands.level}순위, 평가 {stands.standing}위"
    en = f"place {stands.level} in the demand's order, {stands.standing} by the panel"
    if stands.score is not None:
        ko, en = f"{ko}, {plain(stands.score)}점", f"{en}, score {plain(stands.score)}"
    return Text(ko=ko, en=en)
