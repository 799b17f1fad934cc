"""The pool of a draw: who may be drawn, for which panels, under which quotas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Annotated

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
    model_validator,
)

from didimdol_decide.canonical import digest
from didimdol_decide.plain import ExactNumber, Id, Key, Plain, Text
from didimdol_decide.record.inputs import Sha256

Count = Annotated[int, Field(ge=0, le=10_000)]
Share = Annotated[ExactNumber, Field(ge=0, le=1)]
Value = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class Person(Plain):
    """groups: what quotas ask about, `{"kind": "expert", "gender": "f"}`. served: panels sat in this year
    before this draw. organisation None: none that binds."""

    id: Id
    organisation: Id | None = None
    groups: dict[Key, Value] = Field(default_factory=dict)
    served: Count = 0


class Quota(Plain):
    """How many members have one of `values` in `attribute`: counts, or shares of the seats (0..1, exact)."""

    attribute: Key
    values: Annotated[tuple[Value, ...], Field(min_length=1)]
    minimum: Count | None = None
    maximum: Count | None = None
    minimum_share: Share | None = None
    maximum_share: Share | None = None

    @model_validator(mode="after")
    def _one_bound_a_side(self) -> Quota:
        sides = ((self.minimum, self.minimum_share), (self.maximum, self.maximum_share))
        if any(None not in side for side in sides):
            raise ValueError(
                f"할당 '{self.attribute}': 한쪽 끝에 수와 비율을 함께 정할 수 없습니다; 하나만 남기십시오 / "
                f"quota {self.attribute!r}: a count and a share for the same end; keep one of them"
            )
        if all(bound is None for side in sides for bound in side):
            raise ValueError(
                f"할당 '{self.attribute}': 최소나 최대를 정하십시오 / "
                f"quota {self.attribute!r}: give a minimum or a maximum"
            )
        return self

    def bounds(self, seats: int) -> tuple[int, int]:
        """Least and most members of `seats`: a least share is rounded up, a highest share down."""
        low, high = self.minimum or 0, seats if self.maximum is None else self.maximum
        if self.minimum_share is not None:
            low = -int(-Fraction(self.minimum_share) * seats // 1)
        if self.maximum_share is not None:
            high = int(Fraction(self.maximum_share) * seats // 1)
        return low, high

    def counts(self, person: Person) -> bool:
        return person.groups.get(self.attribute) in self.values


class Conflict(Plain):
    """A person who must not sit on a panel."""

    person: Id
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500)]


class Panel(Plain):
    """quotas: beside those that the pool has for every panel."""

    id: Id
    name: Text | None = None
    seats: Annotated[int, Field(ge=1, le=100)]
    quotas: tuple[Quota, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


class Pool(Plain):
    """Everything that decides who can be drawn. Ids are pseudonyms; names never enter a record.

    quotas: for every panel. annual_cap: most panels of a person in a year, those served already counted.
    panels_each: most panels of a person in this draw. max_per_organisation: on one panel; None: no limit.
    salt: 256 random bits, added when the pool is sealed: nobody can try pools against the published digest.
    """

    title: Text | None = None
    rulebook_digest: Sha256 | None = None
    people: Annotated[tuple[Person, ...], Field(max_length=10_000)]
    panels: Annotated[tuple[Panel, ...], Field(min_length=1, max_length=200)]
    quotas: tuple[Quota, ...] = ()
    annual_cap: Count | None = None
    panels_each: Annotated[int, Field(ge=1, le=200)] | None = None
    max_per_organisation: Annotated[int, Field(ge=1, le=100)] | None = 1
    salt: Sha256 | None = None

    @model_serializer(mode="wrap")
    def _without_absent(self, write: SerializerFunctionWrapHandler) -> dict[str, object]:
        # Pools sealed before there was a salt keep their digest.
        written: dict[str, object] = write(self)
        if self.salt is None:
            written.pop("salt", None)
        return written

    @model_validator(mode="after")
    def _fits_together(self) -> Pool:
        for ko, en, ids in (
            ("사람", "person", [person.id for person in self.people]),
            ("평가단", "panel", [panel.id for panel in self.panels]),
        ):
            for twice in _repeated(ids):
                raise ValueError(
                    f"{ko} '{twice}'이(가) 두 번 있습니다; 하나를 지우십시오 / "
                    f"{en} {twice!r} appears twice; remove one"
                )
        known = {person.id for person in self.people}
        for panel in self.panels:
            for conflict in panel.conflicts:
                if conflict.person not in known:
                    raise ValueError(
                        f"평가단 '{panel.id}'의 이해충돌: '{conflict.person}'은(는) 명부에 없습니다 / "
                        f"panel {panel.id!r}: the conflict names {conflict.person!r}, who is not in the pool"
                    )
        for attribute in sorted({q.attribute for panel in self.panels for q in self.quotas_of(panel)}):
            # Who has no value would count against no maximum: a way round the quota.
            for person in self.people:
                if attribute not in person.groups:
                    raise ValueError(
                        f"'{person.id}'에게 할당이 묻는 '{attribute}' 값이 없습니다; groups에 적으십시오 / "
                        f"person {person.id!r} has no {attribute!r}, which a quota asks for; add it to groups"
                    )
        return self

    def quotas_of(self, panel: Panel) -> tuple[Quota, ...]:
        return (*self.quotas, *panel.quotas)

    def panel(self, key: str) -> Panel:
        """Raises KeyError for an id that no panel has."""
        for panel in self.panels:
            if panel.id == key:
                return panel
        raise KeyError(key)

    def cap(self, person: Person) -> int:
        """Most panels of this draw that the person may sit on."""
        most = len(self.panels)
        if self.panels_each is not None:
            most = min(most, self.panels_each)
        if self.annual_cap is not None:
            most = min(most, self.annual_cap - person.served)
        return max(most, 0)

    def in_order(self) -> Pool:
        """The same pool sorted by id, so that equal pools give equal bytes."""
        return self.model_copy(
            update={
                "people": tuple(sorted(self.people, key=lambda person: person.id)),
                "panels": tuple(
                    panel.model_copy(
                        update={
                            "quotas": _sorted(panel.quotas),
                            "conflicts": tuple(sorted(panel.conflicts, key=lambda c: (c.person, c.reason))),
                        }
                    )
                    for panel in sorted(self.panels, key=lambda panel: panel.id)
                ),
                "quotas": _sorted(self.quotas),
            }
        )

    def digest(self) -> str:
        """SHA-256 over the canonical JSON of the pool in order."""
        return digest(self.in_order().as_json())


def _sorted(quotas: Iterable[Quota]) -> tuple[Quota, ...]:
    own = (quota.model_copy(update={"values": tuple(sorted(set(quota.values)))}) for quota in quotas)
    return tuple(sorted(own, key=lambda quota: digest(quota.as_json())))


def _repeated(ids: list[str]) -> Iterator[str]:
    yield from sorted(key for key, times in Counter(ids).items() if times > 1)
