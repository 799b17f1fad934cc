"""What the advisory estimates are computed from: exactly what scoring and ranking use."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, model_validator

from didimdol_decide.ballots import Ballot
from didimdol_decide.plain import ExactNumber, Id, Key, Number, Plain, uncollected, wrong
from didimdol_decide.ranking import Candidate
from didimdol_decide.rules import SelectionRule, StageRule, TrimRule

Probability = Annotated[Number, Field(ge=0, le=1)]


class Settings(Plain):
    """draws: posterior draws and resamples. seed: of the generator (PCG64). borderline: an application whose
    P(selected) is from `borderline_low` to `borderline_high` is marked. interval: share of the draws inside
    an interval (0.9: from the 5th to the 95th percentile)."""

    draws: Annotated[int, Field(ge=200, le=20000)] = 2000
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    borderline_low: Probability = Decimal("0.3")
    borderline_high: Probability = Decimal("0.7")
    interval: Annotated[Number, Field(ge=Decimal("0.5"), le=Decimal("0.99"))] = Decimal("0.9")

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if self.borderline_low > self.borderline_high:
            raise wrong(
                "borderline_low가 borderline_high보다 큽니다; 한쪽을 고치십시오",
                "borderline_low is above borderline_high; change one",
            )
        return self


class ConfidenceInputs(Plain):
    """The inputs of a selection, as `SelectionInputs` has them, without what only sealing needs.

    lottery_seed: None before the seed is opened; ties that only the draw decides are then ordered for the
    table as if the seed were empty, and said to be open.
    """

    stages: tuple[StageRule, ...]
    selection: SelectionRule
    applications: tuple[Candidate, ...]
    ballots: dict[Key, tuple[Ballot, ...]]
    bonuses: dict[Key, dict[Id, ExactNumber]] = Field(default_factory=dict)
    lottery_seed: Annotated[str, Field(max_length=200)] | None = None
    settings: Settings = Settings()

    @classmethod
    def from_document(cls, document: Mapping[str, object]) -> Self:
        """From a file's content: these inputs, the inputs of a selection, or a full sealed record.

        Raises ValueError (pydantic's) naming the field that is wrong.
        """
        with uncollected():
            return cls._from_document(document)

    @classmethod
    def _from_document(cls, document: Mapping[str, object]) -> Self:
        payload = document.get("payload")
        if isinstance(payload, Mapping) and isinstance(payload.get("inputs"), Mapping):
            document = payload["inputs"]
        if "lottery" not in document:
            return cls.model_validate(document)
        # Imported here: the record knows of sealing and cryptography, and these estimates need neither.
        from didimdol_decide.record import SelectionInputs

        settings = document.get("settings", {})
        inputs = SelectionInputs.model_validate({k: v for k, v in document.items() if k != "settings"})
        return cls(
            stages=inputs.stages,
            selection=inputs.selection,
            applications=inputs.applications,
            ballots=inputs.ballots,
            bonuses=inputs.bonuses,
            lottery_seed=inputs.lottery.seed,
            settings=Settings.model_validate(settings),
        )


class Variances(Plain):
    """One plausible world, as standard deviations in points out of 100: of the applications' quality, of the
    evaluators' severity, and of what is left (an evaluator's day, the taste for this application)."""

    quality: Annotated[Number, Field(gt=0, le=50)]
    judge: Annotated[Number, Field(ge=0, le=50)]
    noise: Annotated[Number, Field(ge=0, le=50)]


WORLDS = (
    Variances(quality=Decimal(6), judge=Decimal(2), noise=Decimal(5)),
    Variances(quality=Decimal(6), judge=Decimal(6), noise=Decimal(5)),
    Variances(quality=Decimal(4), judge=Decimal(4), noise=Decimal(6)),
)


class PanelKind(Plain):
    """Evaluators of one kind on every panel: the weight of their mean, their seats in the panel as it is
    designed, and how many of them are at hand."""

    weight: Annotated[Number, Field(gt=0, le=1)]
    seats: Annotated[int, Field(ge=1, le=100)]
    judges: Annotated[int, Field(ge=1, le=2000)]


class PanelDesign(Plain):
    """A call before it opens. places: of how many applications. judges: evaluators at hand; or kinds of them,
    whose weights sum to 1. seats: panel sizes to compare, shared out among the kinds in the proportion of
    their seats, at least one each. target: share of the places that a second, independent panel must give to
    the same applications before the order counts as more than luck. rounds: simulated calls a size and
    world."""

    applications: Annotated[int, Field(ge=2, le=5000)]
    places: Annotated[int, Field(ge=1)]
    judges: Annotated[int, Field(ge=2, le=2000)] | None = None
    kinds: Annotated[tuple[PanelKind, ...], Field(max_length=10)] = ()
    seats: Annotated[tuple[Annotated[int, Field(ge=1, le=100)], ...], Field(min_length=1, max_length=30)] = (
        3,
        5,
        7,
        9,
        11,
        15,
    )
    trim: TrimRule = TrimRule()
    worlds: Annotated[tuple[Variances, ...], Field(min_length=1, max_length=12)] = WORLDS
    target: Probability = Decimal("0.7")
    rounds: Annotated[int, Field(ge=20, le=5000)] = 200
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if self.places >= self.applications:
            raise wrong(
                "선정 수(places)는 신청 수(applications)보다 적어야 합니다; 아니면 고를 것이 없습니다",
                "places must be fewer than applications, or there is nothing to select",
            )
        if (self.judges is None) == (not self.kinds):
            raise wrong(
                "judges, 또는 구분마다 judges가 든 kinds 가운데 하나만 적으십시오",
                "give judges, or kinds with the judges of each, not both",
            )
        if self.kinds and sum(kind.weight for kind in self.kinds) != 1:
            raise wrong(
                "kinds의 weight 합이 1이 아닙니다; 합을 1로 맞추십시오",
                "the weights of the kinds do not sum to 1; make them sum to 1",
            )
        if min(self.seats) < len(self.kinds):
            raise wrong(
                f"{min(self.seats)}명의 평가단에는 구분 {len(self.kinds)}개의 "
                "자리가 나오지 않습니다; 더 큰 seats를 주십시오",
                f"a panel of {min(self.seats)} has no seat for each "
                f"of {len(self.kinds)} kinds; give larger seats",
            )
        for kind, seats in zip(self.all_kinds, self.shared_out(max(self.seats)), strict=True):
            if seats > kind.judges:
                raise wrong(
                    f"{seats}명의 평가단에는 평가위원이 그만큼 필요한데 "
                    f"{kind.judges}명입니다; judges를 늘리거나 seats를 줄이십시오",
                    f"a panel of {seats} needs that many judges; there "
                    f"are {kind.judges}: more judges or fewer seats",
                )
        return self

    @property
    def all_kinds(self) -> tuple[PanelKind, ...]:
        """The kinds; one of weight 1 where only `judges` is given."""
        return self.kinds or (PanelKind(weight=Decimal(1), seats=1, judges=self.judges or 1),)

    def shared_out(self, size: int) -> tuple[int, ...]:
        """The seats of each kind on a panel of `size`, by largest remainders."""
        kinds = self.all_kinds
        whole = sum(kind.seats for kind in kinds)
        given = [1 + max(0, (size * kind.seats // whole) - 1) for kind in kinds]
        wanted = [size * kind.seats % whole for kind in kinds]
        while sum(given) > size:  # one seat at least was more than a kind's share
            given[given.index(max(given))] -= 1
        for place in sorted(range(len(kinds)), key=lambda place: (-wanted[place], place)):
            given[place] += int(sum(given) < size)
        return tuple(given)
