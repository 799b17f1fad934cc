"""The rules of scoring and selecting, as a rulebook carries them.

Weights are shares that sum to exactly 1; percentages are out of 100; points are integers.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from didimdol_decide.plain import Key, Number, Plain, Text, repeated

Rounding = Literal["half_up", "half_even", "down"]
Share = Annotated[Number, Field(ge=0, le=1)]
Percent = Annotated[Number, Field(ge=0, le=100)]
Decimals = Annotated[int, Field(ge=0, le=10)]


class CriterionRule(Plain):
    """One item of a score sheet: 0..max_points."""

    key: Key
    max_points: Annotated[int, Field(ge=1, le=10000)]
    name: Text | None = None
    description: Text | None = None


class BodyRule(Plain):
    """A group of evaluators inside a panel (experts, the demand company, ...), with its own score sheet.

    weight: share of the stage score. seats: evaluators of this body on one panel. quorum: ballots of this
    body below which an application has no score.
    """

    key: Key
    name: Text
    weight: Share
    quorum: Annotated[int, Field(ge=1)]
    seats: Annotated[int, Field(ge=1)]
    criteria: Annotated[tuple[CriterionRule, ...], Field(min_length=1)]

    @property
    def maximum(self) -> int:
        """Sum of the items' maxima, in points."""
        return sum(criterion.max_points for criterion in self.criteria)

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if twice := repeated([criterion.key for criterion in self.criteria]):
            raise ValueError(f"criterion {twice[0]!r} appears twice in body {self.key!r}")
        if self.quorum > self.seats:
            raise ValueError(f"body {self.key!r}: quorum {self.quorum} is more than its {self.seats} seats")
        return self


class TrimRule(Plain):
    """How many ballots of one application are dropped at each end before the mean.

    With fewer than `min_ballots` ballots (of the panel, or of the body) nothing is dropped. Equal extremes:
    only as many copies as stated are dropped. Source: KISED procurement evaluation §23② (one highest, one
    lowest, only one of equals); "plain mean below 5 ballots" is the preset.

    scope "body" trims inside each body. scope "panel" trims over all ballots of the application. Only
    "body" is monotone when a panel has several bodies: under "panel" a raised ballot can become the dropped
    highest one and thereby take a high mark out of a heavy body (`scoring` describes it).
    """

    drop_high: Annotated[int, Field(ge=0, le=20)] = 1
    drop_low: Annotated[int, Field(ge=0, le=20)] = 1
    min_ballots: Annotated[int, Field(ge=1, le=100)] = 5
    scope: Literal["panel", "body"] = "body"

    @model_validator(mode="after")
    def _something_remains(self) -> Self:
        if self.min_ballots <= self.drop_high + self.drop_low:
            raise ValueError("min_ballots must be more than drop_high + drop_low, or no ballot would remain")
        return self


class StageRule(Plain):
    """One round of evaluation. A stage's maximum is 100 points; bonus points come on top, after trimming.

    cutoff_percent: below this share of the maximum an application is out regardless of rank (초격차
    통합관리지침 §7③: 70). bonus_cap: most bonus points one application can receive. cutoff_includes_bonus:
    whether the cut-off looks at the score with the bonus; false by default, so that a bonus cannot lift a
    weak plan over the bar. shortlist_factor: applications that go on = ceil(quota x factor); None: all
    above the cut-off go on. deviation_percent: an item score further than this from the panel's mean (in
    percent of the item's maximum) needs a reason; None: no such rule.
    """

    key: Key
    name: Text
    bodies: Annotated[tuple[BodyRule, ...], Field(min_length=1)]
    trim: TrimRule = TrimRule()
    decimals: Decimals = 4
    rounding: Rounding = "half_up"
    cutoff_percent: Percent
    cutoff_includes_bonus: bool = False
    bonus_cap: Annotated[Number, Field(ge=0, le=100)] = Decimal(0)
    shortlist_factor: Annotated[Number, Field(ge=1, le=1000)] | None = None
    deviation_percent: Annotated[Number, Field(gt=0, le=100)] | None = None

    @property
    def panel_size(self) -> int:
        """Seats of all bodies together."""
        return sum(body.seats for body in self.bodies)

    def body(self, key: str) -> BodyRule:
        """The body called `key`. Raises KeyError."""
        for body in self.bodies:
            if body.key == key:
                return body
        raise KeyError(key)

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if twice := repeated([body.key for body in self.bodies]):
            raise ValueError(f"body {twice[0]!r} appears twice in stage {self.key!r}")
        total = sum((body.weight for body in self.bodies), Decimal(0))
        if total != 1:
            raise ValueError(f"the weights of the bodies of stage {self.key!r} sum to {total}, not 1")
        return self


class ByStageTotal(Plain):
    """The higher total of one stage comes first."""

    by: Literal["stage_total"]
    stage: Key


class ByCriterion(Plain):
    """The higher mean of one item comes first: over all ballots cast (none dropped), in percent of its
    maximum; of one body where `body` is given, otherwise of all bodies that score an item with this key."""

    by: Literal["criterion"]
    stage: Key
    criterion: Key
    body: Key | None = None


class ByBody(Plain):
    """The higher mean of one body (after trimming) comes first."""

    by: Literal["body"]
    stage: Key
    body: Key


class ByLottery(Plain):
    """The committed draw decides. Always the last resort, listed or not."""

    by: Literal["lottery"]


TieBreak = Annotated[ByStageTotal | ByCriterion | ByBody | ByLottery, Field(discriminator="by")]


class FieldQuota(Plain):
    """Places for each field."""

    by_field: Annotated[dict[Key, Annotated[int, Field(ge=0, le=100000)]], Field(min_length=1)]


class SelectionRule(Plain):
    """How stage scores become a list of selected applications.

    stage_weights: share of each stage in the final score, by stage key; a stage left out (or 0) only gates.
    quota: `{"by_field": {field: places}}`, or one number for all fields together. reserve_per_field:
    reserves in each field (in the one pool, for a pooled quota). allow_fewer: whether the notice lets fewer
    than the quota be selected; where it does not, an unfilled place is reported as calling for a new
    notice.
    """

    stage_weights: Annotated[dict[Key, Share], Field(min_length=1)]
    quota: FieldQuota | Annotated[int, Field(ge=1, le=100000)]
    reserve_per_field: Annotated[int, Field(ge=0, le=100000)] = 0
    tie_breaks: tuple[TieBreak, ...] = ()
    allow_fewer: bool = True
    decimals: Decimals = 4
    rounding: Rounding = "half_up"

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        total = sum(self.stage_weights.values(), Decimal(0))
        if total != 1:
            raise ValueError(f"the stage weights sum to {total}, not 1")
        for place, rule in enumerate(self.tie_breaks):
            if rule.by == "lottery" and place != len(self.tie_breaks) - 1:
                raise ValueError("the lottery decides every tie, so it can only be the last tie-break")
        return self
