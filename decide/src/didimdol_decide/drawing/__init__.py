"""Random panels that nobody could choose and everybody can replay.

The pool is sealed; two bodies (or more) each commit to a secret for this pool; then all reveal, and the seed
is their combination. Every way to fill the panels within the quotas has the same chance: the ways are counted
exactly, and one uniform number picks one. A recusal is answered by the same seed; nobody else moves.
"""

from didimdol_decide.drawing.commitment import Commitment, Reveal, new_reveal, seed_of
from didimdol_decide.drawing.counting import Counting
from didimdol_decide.drawing.explain import Explanation, explain
from didimdol_decide.drawing.following import could_follow
from didimdol_decide.drawing.outcome import DrawInputs, DrawOutcome, Recusal, compute
from didimdol_decide.drawing.pool import Conflict, Panel, Person, Pool, Quota
from didimdol_decide.drawing.procedure import CannotTell, NoWay, Step, check, draw
from didimdol_decide.drawing.record import FORMAT, own_view, public_view, recompute_draw, seal_draw
from didimdol_decide.drawing.verify import Violation, verify

__all__ = [
    "FORMAT",
    "CannotTell",
    "Commitment",
    "Conflict",
    "Counting",
    "DrawInputs",
    "DrawOutcome",
    "Explanation",
    "NoWay",
    "Panel",
    "Person",
    "Pool",
    "Quota",
    "Recusal",
    "Reveal",
    "Step",
    "Violation",
    "check",
    "compute",
    "could_follow",
    "draw",
    "explain",
    "new_reveal",
    "own_view",
    "public_view",
    "recompute_draw",
    "seal_draw",
    "seed_of",
    "verify",
]
