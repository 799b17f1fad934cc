"""Everything a draw depends on, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from didimdol_decide.drawing.commitment import Commitment, Reveal, seed_of
from didimdol_decide.drawing.pool import Pool
from didimdol_decide.drawing.procedure import Step, draw, replace
from didimdol_decide.plain import Id, Plain, repeated


class Recusal(Plain):
    """Members who leave a panel, in the order in which it happened. everywhere: they are not available for
    later replacements on other panels either (ill, gone); seats they hold elsewhere need a recusal each."""

    panel: Id
    people: Annotated[tuple[Id, ...], Field(min_length=1)]
    reason: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    everywhere: bool = False


class DrawInputs(Plain):
    """Inputs of one draw. commitments: of two bodies or more, published before any of the reveals."""

    pool: Pool
    commitments: Annotated[tuple[Commitment, ...], Field(min_length=2, max_length=20)]
    reveals: tuple[Reveal, ...]
    recusals: tuple[Recusal, ...] = ()
    sealed_at: str | None = None
    versions: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _opened(self) -> DrawInputs:
        promised = {entry.body: entry for entry in self.commitments}
        opened = [reveal.body for reveal in self.reveals]
        for body in [*repeated([entry.body for entry in self.commitments]), *repeated(opened)]:
            raise ValueError(
                f"기관 '{body}'이(가) 두 번 있습니다; 서로 다른 두 기관이 필요합니다 / "
                f"body {body!r} appears twice; two different bodies are needed"
            )
        for body in sorted(set(promised) ^ set(opened)):
            raise ValueError(
                f"기관 '{body}'의 약속과 공개가 짝이 맞지 않습니다; 모든 기관이 약속하고 공개해야 합니다 / "
                f"body {body!r} did not both commit and reveal; every body must do both"
            )
        pool = self.pool.digest()
        for reveal in self.reveals:
            if reveal.commitment(pool) != promised[reveal.body]:
                raise ValueError(
                    f"기관 '{reveal.body}'의 비밀이 약속과 다릅니다; 약속할 때의 비밀·솔트·명부여야 합니다 / "
                    f"body {reveal.body!r}: the secret does not open the commitment; it must be the secret, "
                    "salt and pool of the commitment"
                )
        return self

    def in_order(self) -> DrawInputs:
        """The same inputs sorted; recusals keep their order, which is part of what happened."""
        return self.model_copy(
            update={
                "pool": self.pool.in_order(),
                "commitments": tuple(sorted(self.commitments, key=lambda entry: entry.body)),
                "reveals": tuple(sorted(self.reveals, key=lambda entry: entry.body)),
                "recusals": tuple(
                    entry.model_copy(update={"people": tuple(sorted(set(entry.people)))})
                    for entry in self.recusals
                ),
            }
        )


class Seated(Plain):
    """A panel as it was drawn, or as it stands after the replacements."""

    panel: Id
    members: tuple[Id, ...]


class Replacement(Plain):
    """One recusal answered. arrived: who was drawn for those who left."""

    panel: Id
    left: tuple[Id, ...]
    arrived: tuple[Id, ...]
    step: Step


class DrawOutcome(Plain):
    """drawn: what the seed gave. panels: as they stand now."""

    pool_digest: str
    seed: str
    steps: tuple[Step, ...]
    drawn: tuple[Seated, ...]
    replacements: tuple[Replacement, ...]
    panels: tuple[Seated, ...]


def barred_by(recusal: Recusal, panels: Iterable[str]) -> set[tuple[str, str]]:
    """(panel, person) that can never be again."""
    closed = set(panels) if recusal.everywhere else {recusal.panel}
    return {(key, person) for key in closed for person in recusal.people}


def compute(inputs: DrawInputs) -> DrawOutcome:
    """The draw and every replacement. Raises NoWay or CannotTell (`procedure`), ValueError for a recusal of
    somebody who does not sit there."""
    given = inputs.in_order()
    pool = given.pool
    pool_digest = pool.digest()
    seed = seed_of(pool_digest, given.reveals)
    steps, drawn = draw(pool, seed)
    seats = {key: set(members) for key, members in drawn.items()}
    barred: set[tuple[str, str]] = set()
    replacements = []
    for number, recusal in enumerate(given.recusals, start=1):
        for person in recusal.people:
            if person not in seats.get(recusal.panel, ()):
                raise ValueError(
                    f"'{person}'은(는) '{recusal.panel}'의 위원이 아닙니다; 지금 위원인 사람만 물러납니다 / "
                    f"{person!r} does not sit on panel {recusal.panel!r}; only a present member can step back"
                )
            seats[recusal.panel].discard(person)
        barred |= barred_by(recusal, seats)
        step, arrived = replace(pool, seed, number, recusal.panel, seats=seats, barred=barred)
        seats[recusal.panel] |= set(arrived)
        replacements.append(Replacement(panel=recusal.panel, left=recusal.people, arrived=arrived, step=step))
    return DrawOutcome(
        pool_digest=pool_digest,
        seed=seed,
        steps=tuple(steps),
        drawn=tuple(Seated(panel=key, members=drawn[key]) for key in sorted(drawn)),
        replacements=tuple(replacements),
        panels=tuple(Seated(panel=key, members=tuple(sorted(seats[key]))) for key in sorted(seats)),
    )
