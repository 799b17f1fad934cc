"""Whether anybody could follow those who leave a panel. Whom the seed would name is not looked at: nobody
may try a replacement before it is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from didimdol_decide.drawing.changes import Question
from didimdol_decide.drawing.outcome import DrawInputs, Recusal, Seated, barred_by


def could_follow(inputs: DrawInputs, panels: Iterable[Seated], recusal: Recusal) -> bool:
    """Whether a replacement is possible. panels: as they stand now, after all recusals of `inputs`.

    False exactly where `compute` with this recusal raises NoWay. Raises ValueError for somebody who does not
    sit there.
    """
    seats = {entry.panel: set(entry.members) for entry in panels}
    if not set(recusal.people) <= seats.get(recusal.panel, set()):
        raise ValueError(f"only members of {recusal.panel!r} can step back: {', '.join(recusal.people)}")
    barred = {pair for entry in (*inputs.recusals, recusal) for pair in barred_by(entry, seats)}
    seats[recusal.panel] -= set(recusal.people)
    used = Counter(person for members in seats.values() for person in members)
    return Question((recusal.panel,), seats, barred, used).fillable(inputs.pool) is True
