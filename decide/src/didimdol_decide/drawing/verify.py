"""Do panels obey their pool? Plain counting, apart from the draw's own code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from didimdol_decide.drawing.pool import Pool
from didimdol_decide.plain import Plain, Text


class Violation(Plain):
    """One broken rule."""

    key: str
    message: Text


def verify(pool: Pool, seats: Mapping[str, Sequence[str]]) -> list[Violation]:
    """Every rule that these panels break, in a fixed order; empty when they obey all."""
    return [Violation(key=key, message=Text(ko=ko, en=en)) for key, ko, en in _broken(pool, seats)]


def _broken(pool: Pool, seats: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str, str]]:
    people = {person.id: person for person in pool.people}
    if sorted(seats) != sorted(panel.id for panel in pool.panels):
        yield "panels", "명부의 평가단과 다릅니다.", "These are not the pool's panels."
        return
    for key in sorted(seats):
        for person in sorted(set(seats[key]) - set(people)):
            yield "unknown", f"{key}: 명부에 없는 사람 '{person}'", f"{key}: {person!r} is not in the pool"
            return
    for panel in sorted(pool.panels, key=lambda panel: panel.id):
        members = [people[key] for key in seats[panel.id]]
        where, size = panel.id, len({member.id for member in members})
        if size != panel.seats or size != len(members):
            yield (
                "seats",
                f"{where}: {panel.seats}석에 {len(members)}명",
                f"{where}: {len(members)} for {panel.seats} seats",
            )
        for conflict in panel.conflicts:
            if conflict.person in seats[panel.id]:
                yield (
                    "conflict",
                    f"{where}: 이해충돌 '{conflict.person}' ({conflict.reason})",
                    f"{where}: conflict of {conflict.person!r} ({conflict.reason})",
                )
        for quota in pool.quotas_of(panel):
            low, high = quota.bounds(panel.seats)
            have = sum(quota.counts(member) for member in members)
            if not low <= have <= high:
                yield (
                    "quota",
                    f"{where}: {quota.attribute} {'·'.join(quota.values)} {have}명 ({low}~{high}명이어야 함)",
                    f"{where}: {have} of {quota.attribute} {', '.join(quota.values)}, not {low} to {high}",
                )
        own = Counter(member.organisation for member in members if member.organisation is not None)
        for name, number in sorted(own.items()):
            if pool.max_per_organisation is not None and number > pool.max_per_organisation:
                yield (
                    "organisation",
                    f"{where}: 기관 '{name}'에서 {number}명",
                    f"{where}: {number} from {name!r}",
                )
    times = Counter(key for members in seats.values() for key in members)
    for key, number in sorted(times.items()):
        if number > pool.cap(people[key]):
            yield (
                "cap",
                f"'{key}': 평가단 {number}개 (최대 {pool.cap(people[key])}개)",
                f"{key!r}: {number} panels, at most {pool.cap(people[key])}",
            )
