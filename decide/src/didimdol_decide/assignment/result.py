"""What an assignment is, with its reasons."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from didimdol_decide.plain import Number, Plain, Sparse

WhyNot = Literal[
    "conflict",
    "other_field",
    "other_day",
    "organisation_cap",
    "full",
    "day_full",
    "load_minimum_of_chosen",
    "chosen_is_pinned",
    "tie_rule",
    "fairness",
    "least_change",
]

Objective = Literal["affinity", "fair", "leximin", "least_change"]
"""affinity: the highest total. fair: the worst-off application first, then the total. leximin: the worst-off
first, then the second worst-off, and so on, then the total. least_change: as few moves as possible away from
an earlier assignment, then the total."""


class BetterRanked(Plain):
    """Someone of the same body with a higher affinity who does not sit on this panel, and why.

    conflict: barred (`detail`: the reasons). other_field: may not evaluate this field. other_day: not there
    on the day of this panel. organisation_cap: their organisation already has its seats here. full: every
    application they could take is taken, and worth more to the whole there. day_full: the same for as many as
    they take on that day. load_minimum_of_chosen: the one chosen would fall below their minimum load.
    chosen_is_pinned: the one chosen was fixed beforehand. tie_rule: differs by less than a millionth.
    fairness: the search for a fair assignment put them where they are (objectives "fair", "leximin").
    least_change: the one chosen sat here before, or the better one elsewhere (objective "least_change")."""

    evaluator: str
    affinity: Number
    reason: WhyNot
    detail: str | None = None


class Pair(Plain):
    """One seat filled. rank: 1 + the number of people eligible for this application and body with a strictly
    higher affinity; eligible: how many those are in all; better: who of them, and of the barred, and why
    not."""

    application: str
    evaluator: str
    body: str
    pinned: bool
    affinity: Number
    rank: int
    eligible: int
    better: tuple[BetterRanked, ...]


class Assignment(Sparse):
    """pairs: sorted by application, then evaluator. total: exact sum of the affinities. loads: applications
    per evaluator, everyone named. solver: name and version of what found it. instance_digest: of the
    problem. reasons_each: `better` names at most so many a pair (None: all of them). gain: what each earlier
    pair that stays counts in the total (objective "least_change"; None: more than all affinities)."""

    later = ("reasons_each", "gain")

    pairs: tuple[Pair, ...]
    total: Number
    loads: dict[str, int]
    seed: str
    solver: str
    instance_digest: str
    objective: Objective = "affinity"
    reasons_each: Annotated[int, Field(ge=0)] | None = None
    gain: Annotated[Number, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _gains_where_little_changes(self) -> Assignment:
        if self.gain is not None and self.objective != "least_change":
            raise ValueError(
                "gain은 objective가 least_change일 때만 있습니다; 지우십시오 / "
                "gain goes with the objective least_change only; remove it"
            )
        return self
