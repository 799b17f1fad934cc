"""The assignment problem as plain data."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from didimdol_decide.assignment.compact import compacted
from didimdol_decide.assignment.matrix import Affinities, AffinityMatrix
from didimdol_decide.canonical import canonical_json
from didimdol_decide.plain import Id, Key, Number, Plain, Sparse, repeated, wrong

Count = Annotated[int, Field(ge=0, le=100000)]


class AssignApplication(Plain):
    """An application and the seats its panel has, by body: `demand={"expert": 5, "demand": 2}`; `free`:
    further seats that a person of any body may take; `day`: when its panel sits (None: no matter)."""

    id: Id
    field: Key
    demand: dict[Key, Count]
    free: Count = 0
    day: Key | None = None


class AssignEvaluator(Sparse):
    """An evaluator: body, organisation (None: none), load between min_load and max_load applications, the
    fields they may evaluate and the days they are there (None: any).

    max_per_day: most applications on one day: one number (each day), or by day (`{"mon": 4}`; days not named
    are free). None: no such rule. An application without a day counts towards none."""

    later = ("max_per_day",)

    id: Id
    body: Key
    organisation: Id | None = None
    min_load: Count = 0
    max_load: Count
    fields: tuple[Key, ...] | None = None
    days: tuple[Key, ...] | None = None
    max_per_day: Count | dict[Key, Count] | None = None

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if self.min_load > self.max_load:
            raise wrong(
                f"평가위원 '{self.id}'의 min_load({self.min_load})가 "
                f"max_load({self.max_load})보다 큽니다; 한쪽을 "
                "고치십시오",
                f"evaluator {self.id!r}: min_load {self.min_load} "
                f"is above max_load {self.max_load}; change one",
            )
        return self

    def may_take(self, application: AssignApplication) -> bool:
        """Whether field and day allow this person on the panel of `application`."""
        in_field = self.fields is None or application.field in self.fields
        return in_field and (self.days is None or application.day is None or application.day in self.days)

    def most_on(self, day: str | None) -> int | None:
        """Most applications on `day` (None: of no day); None: no limit but the load."""
        if day is None:
            return None
        return self.max_per_day.get(day) if isinstance(self.max_per_day, dict) else self.max_per_day


class Affinity(Plain):
    """How well an evaluator suits an application, 0..1. A pair without one counts as 0 and stays allowed."""

    application: Id
    evaluator: Id
    value: Annotated[Number, Field(ge=0, le=1)]


class Conflict(Plain):
    """A pair that must never be: there is no price at which it could be bought."""

    application: Id
    evaluator: Id
    reason: str


class Pin(Plain):
    """A pair that must be."""

    application: Id
    evaluator: Id


FEW = 50_000
"""Most affinities that are kept as a row each; more become a matrix."""


def _affinities(value: object) -> object:
    if isinstance(value, Mapping) and "millionths" not in value:
        value = [{"application": a, "evaluator": e, "value": number} for (a, e), number in value.items()]
    if isinstance(value, list | tuple) and len(value) > FEW:
        found = compacted(value)
        return value if found is None else found
    return value


def _is_matrix(value: object) -> str:
    return "matrix" if isinstance(value, AffinityMatrix | Mapping) else "rows"


AffinityTable = Annotated[
    Annotated[tuple[Affinity, ...], Tag("rows")] | Annotated[AffinityMatrix, Tag("matrix")],
    Discriminator(_is_matrix),
    BeforeValidator(_affinities),
]
"""Affinities as rows, or without an object a pair."""


def _conflict_rows(value: object) -> object:
    if isinstance(value, list | tuple):
        return [
            dict(zip(("application", "evaluator", "reason"), row, strict=True))
            if isinstance(row, tuple | list)
            else row
            for row in value
        ]
    return value


def _pin_rows(value: object) -> object:
    if isinstance(value, list | tuple):
        return [
            dict(zip(("application", "evaluator"), row, strict=True))
            if isinstance(row, tuple | list)
            else row
            for row in value
        ]
    return value


def _without(row: dict[str, object], **defaults: object) -> dict[str, object]:
    # What came later is left out at its default, so that an older instance keeps its digest.
    return {key: value for key, value in row.items() if key not in defaults or value != defaults[key]}


class AssignmentProblem(Plain):
    """Applications, evaluators and what binds them.

    affinity also accepts `{(application, evaluator): value}`; it is an `AffinityMatrix` if it was given as
    one, or as more than FEW rows of at most six places: the same instance, with the same digest. conflicts
    `(application, evaluator, reason)` and pinned `(application, evaluator)` also accept tuples.
    max_per_organisation: most evaluators of one organisation on one panel: one number (per panel), or by body
    (`{"expert": 1}`; bodies not named are free). None: no such rule.

    Raises ValueError (pydantic's): an id twice, a reference to nothing, a pair listed twice, a pin that is in
    conflict, outside the field or body, or above a load, daily maximum or cap; one number for
    `max_per_organisation` while an organisation lends evaluators to two bodies (that rule crosses the bodies
    and is no flow any more: give the caps by body instead; it is never relaxed silently)."""

    applications: tuple[AssignApplication, ...]
    evaluators: tuple[AssignEvaluator, ...]
    affinity: AffinityTable = ()
    conflicts: Annotated[tuple[Conflict, ...], BeforeValidator(_conflict_rows)] = ()
    pinned: Annotated[tuple[Pin, ...], BeforeValidator(_pin_rows)] = ()
    max_per_organisation: Annotated[int, Field(ge=1)] | dict[Key, Annotated[int, Field(ge=1)]] | None = None

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        applications = {entry.id: entry for entry in self.applications}
        evaluators = {entry.id: entry for entry in self.evaluators}
        if len(applications) != len(self.applications):
            raise _twice("신청", "application", repeated([a.id for a in self.applications])[0])
        if len(evaluators) != len(self.evaluators):
            raise _twice("평가위원", "evaluator", repeated([e.id for e in self.evaluators])[0])
        if isinstance(self.affinity, AffinityMatrix):
            for kind, names, known in (
                ("application", self.affinity.applications, applications.keys()),
                ("evaluator", self.affinity.evaluators, evaluators.keys()),
            ):
                for unknown in set(names) - known:
                    raise _unknown("affinity", kind, unknown)
        rated = () if isinstance(self.affinity, AffinityMatrix) else self.affinity
        for name, rows in (
            ("affinity", rated),
            ("conflicts", self.conflicts),
            ("pinned", self.pinned),
        ):
            seen: set[tuple[str, str]] = set()
            for row in rows:
                if row.application not in applications:
                    raise _unknown(name, "application", row.application)
                if row.evaluator not in evaluators:
                    raise _unknown(name, "evaluator", row.evaluator)
                pair = (row.application, row.evaluator)
                # Two reasons for one conflict are welcome; two affinities of one pair are not.
                if pair in seen and name != "conflicts":
                    raise wrong(
                        f"{name}: 신청 '{pair[0]}'과 평가위원 '{pair[1]}'의 "
                        "짝이 두 번 있습니다; 하나를 지우십시오",
                        f"{name}: the pair {pair} appears twice; remove one",
                    )
                seen.add(pair)
        self._check_organisations()
        self._check_pins(applications, evaluators)
        return self

    def _check_organisations(self) -> None:
        if not isinstance(self.max_per_organisation, int):
            return
        body_of: dict[str, str] = {}
        for entry in self.evaluators:
            if (
                entry.organisation is not None
                and body_of.setdefault(entry.organisation, entry.body) != entry.body
            ):
                raise wrong(
                    f"소속 '{entry.organisation}'의 평가위원이 두 "
                    "구분(body)에 있습니다; max_per_organisation을 구분마다 "
                    "따로 정하십시오",
                    f"organisation {entry.organisation!r} has evaluators in two bodies; give"
                    " max_per_organisation by body",
                )

    def _check_pins(
        self, applications: Mapping[str, AssignApplication], evaluators: Mapping[str, AssignEvaluator]
    ) -> None:
        barred = {(row.application, row.evaluator) for row in self.conflicts}
        loads: dict[str, int] = {}
        on_day: dict[tuple[str, str | None], int] = {}
        seats: dict[tuple[str, str], int] = {}
        lent: dict[tuple[str, str, str], int] = {}
        for pin in self.pinned:
            application, evaluator = applications[pin.application], evaluators[pin.evaluator]
            pair = (pin.application, pin.evaluator)
            if pair in barred:
                raise wrong(
                    f"pinned: 신청 '{pair[0]}'과 평가위원 '{pair[1]}'의 짝은 "
                    "이해충돌입니다; pinned나 conflicts에서 지우십시오",
                    f"pinned: the pair {pair} is in conflict; remove it from pinned or from conflicts",
                )
            if evaluator.fields is not None and application.field not in evaluator.fields:
                raise wrong(
                    f"pinned: 신청 '{pair[0]}'과 평가위원 '{pair[1]}'의 짝은 평가위원의 "
                    "분야 밖입니다; fields에 더하거나 pinned에서 지우십시오",
                    f"pinned: the pair {pair} is outside the evaluator's "
                    "fields; add the field or remove the pin",
                )
            if not evaluator.may_take(application):
                raise wrong(
                    f"pinned: 신청 '{pair[0]}'과 평가위원 '{pair[1]}'의 짝은 평가위원이 "
                    "나오지 않는 날입니다; days에 더하거나 pinned에서 지우십시오",
                    f"pinned: the pair {pair} is outside the evaluator's days; add the day or remove the pin",
                )
            loads[evaluator.id] = loads.get(evaluator.id, 0) + 1
            if loads[evaluator.id] > evaluator.max_load:
                raise wrong(
                    f"pinned: 평가위원 '{evaluator.id}'의 고정된 짝이 max_load({evaluator.max_load})보다 "
                    "많습니다; max_load를 올리거나 고정을 줄이십시오",
                    f"pinned: evaluator {evaluator.id!r} has more pins than "
                    f"max_load {evaluator.max_load}; raise it or remove pins",
                )
            turn = (evaluator.id, application.day)
            on_day[turn] = on_day.get(turn, 0) + 1
            most = evaluator.most_on(application.day)
            if most is not None and on_day[turn] > most:
                raise wrong(
                    f"pinned: 평가위원 '{evaluator.id}'의 '{turn[1]}' 고정이 "
                    "max_per_day보다 많습니다; 하루 최대를 올리거나 고정을 줄이십시오",
                    f"pinned: evaluator {evaluator.id!r} has more pins on "
                    f"{turn[1]!r} than max_per_day; raise it or remove pins",
                )
            seat = (application.id, evaluator.body)
            seats[seat] = seats.get(seat, 0) + 1
            beyond = sum(
                max(0, count - application.demand.get(body, 0))
                for (name, body), count in seats.items()
                if name == application.id
            )
            if beyond > application.free:
                raise wrong(
                    f"pinned: 신청 '{application.id}'의 고정된 짝이 "
                    "좌석보다 많습니다; 좌석을 늘리거나 고정을 줄이십시오",
                    f"pinned: application {application.id!r} has "
                    "more pins than seats; add seats or remove pins",
                )
            if evaluator.organisation is not None:
                cap = self.organisation_cap(evaluator.body)
                place = (*seat, evaluator.organisation)
                lent[place] = lent.get(place, 0) + 1
                if cap is not None and lent[place] > cap:
                    raise wrong(
                        f"pinned: 신청 '{application.id}'에 고정된 소속 '{evaluator.organisation}'의 "
                        "평가위원이 max_per_organisation보다 많습니다; 고정을 줄이십시오",
                        f"pinned: organisation {evaluator.organisation!r} is above "
                        f"max_per_organisation at {application.id!r}; remove pins",
                    )

    def organisation_cap(self, body: str) -> int | None:
        """Most evaluators of one organisation among the seats of `body` on one panel; None: no limit."""
        if isinstance(self.max_per_organisation, int) or self.max_per_organisation is None:
            return self.max_per_organisation
        return self.max_per_organisation.get(body)

    def digest(self) -> str:
        """SHA-256 of the instance, independent of the order and the form its rows came in."""
        parts = tuple(getattr(self, name) for name in type(self).model_fields)
        known = self.__dict__.get("_digested")
        # Counted once; a copy with other parts counts anew.
        if known is None or any(one is not other for one, other in zip(known[0], parts, strict=True)):
            hashed = hashlib.sha256()
            for piece in self._canonical():
                hashed.update(piece)
            known = self.__dict__["_digested"] = (parts, hashed.hexdigest())
        found: str = known[1]
        return found

    def _canonical(self) -> Iterator[bytes]:
        """The canonical JSON of the instance. "affinity" is the first of its keys, and by far the longest."""
        rest: dict[str, object] = {
            "applications": sorted(
                (_without(a.as_json(), free=0, day=None) for a in self.applications),
                key=lambda row: str(row["id"]),
            ),
            "evaluators": sorted(
                (
                    _without(
                        {
                            **e.as_json(),
                            "fields": None if e.fields is None else sorted(set(e.fields)),
                            "days": None if e.days is None else sorted(set(e.days)),
                        },
                        days=None,
                        max_per_day=None,
                    )
                    for e in self.evaluators
                ),
                key=lambda row: str(row["id"]),
            ),
            "conflicts": sorted([row.application, row.evaluator, row.reason] for row in self.conflicts),
            "pinned": sorted([row.application, row.evaluator] for row in self.pinned),
            "max_per_organisation": self.max_per_organisation,
        }
        yield b'{"affinity":'
        if isinstance(self.affinity, AffinityMatrix):
            yield from self.affinity.canonical()
        else:
            yield canonical_json(sorted([row.application, row.evaluator, row.value] for row in self.affinity))
        yield b"," + canonical_json(rest)[1:]

    def affinities(self) -> Mapping[tuple[str, str], Decimal]:
        """Affinity by (application, evaluator); pairs left out count as 0."""
        if isinstance(self.affinity, AffinityMatrix):
            return Affinities(self.affinity)
        return {(row.application, row.evaluator): row.value for row in self.affinity}


def _twice(ko: str, en: str, name: str) -> ValueError:
    return wrong(
        f"{ko} '{name}'이(가) 두 번 있습니다; 하나를 지우거나 id를 다르게 하십시오",
        f"{en} {name!r} appears twice; remove one or give it another id",
    )


def _unknown(where: str, kind: str, name: str) -> ValueError:
    ko = {"application": "신청", "evaluator": "평가위원"}[kind]
    return wrong(
        f"{where}: {ko} '{name}'이(가) {kind}s에 없습니다; id를 고치거나 그 줄을 지우십시오",
        f"{where}: there is no {kind} {name!r} among the {kind}s; correct the id or remove the row",
    )
