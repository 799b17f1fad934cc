"""What can be replayed of a draw without its pool: the commitments, the seed, and every number drawn."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from didimdol_decide.drawing.commitment import Commitment, Reveal, seed_of
from didimdol_decide.drawing.procedure import Step
from didimdol_decide.drawing.stream import below, stream
from didimdol_decide.plain import Id, Plain, repeated
from didimdol_decide.record.inputs import Sha256


class Left(Plain):
    """One recusal answered. left: how many stepped back."""

    panel: Id
    left: int
    step: Step


class Numbers(Plain):
    """The part of a public record that follows from the secrets."""

    pool_digest: Sha256
    commitments: tuple[Commitment, ...] = Field(min_length=2)
    reveals: tuple[Reveal, ...]
    seed: Sha256
    steps: tuple[Step, ...]
    replacements: tuple[Left, ...]

    def opened(self) -> bool:
        """Whether every body's secret opens its commitment to this pool, and all of them make the seed."""
        promised = {entry.body: entry for entry in self.commitments}
        bodies = [reveal.body for reveal in self.reveals]
        return (
            not repeated(bodies)
            and len(promised) == len(self.commitments)
            and set(bodies) == set(promised)
            and all(reveal.commitment(self.pool_digest) == promised[reveal.body] for reveal in self.reveals)
            and seed_of(self.pool_digest, self.reveals) == self.seed
        )

    def follow(self) -> bool:
        """Whether every number drawn is the one that the seed gives among so many ways."""
        firsts = all(self._follows(step, ["panels", *step.panels]) for step in self.steps)
        return firsts and all(
            self._follows(entry.step, ["replacement", number, entry.panel])
            for number, entry in enumerate(self.replacements, start=1)
        )

    def _follows(self, step: Step, label: Sequence[object]) -> bool:
        ways, number = int(step.ways), int(step.number)
        if step.fallback:
            return number == -1
        if ways < 1 or not 1 <= step.tries <= 1000:
            return False
        bits = stream(self.seed, label)
        found = [below(ways, bits) for _ in range(step.tries)]
        return found[-1] == number
