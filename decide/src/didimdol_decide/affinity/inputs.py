"""What affinities are computed from, as plain data."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from didimdol_decide.affinity.synonyms import COMMON
from didimdol_decide.plain import ExactNumber, Id, Key, Plain, repeated, wrong

Share = Annotated[ExactNumber, Field(ge=0, le=1)]
Written = Annotated[str, StringConstraints(max_length=100_000)]
Phrase = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Passage(Plain):
    """A piece of an application: a title with weight 3 counts as if it stood there three times."""

    text: Written
    weight: Annotated[int, Field(ge=1, le=10)] = 1


class Application(Plain):
    """An application: its field, and what was written."""

    id: Id
    field: Key | None = None
    passages: tuple[Passage, ...]


class Evaluator(Plain):
    """An evaluator: fields of their own (none: any), keywords of their expertise, and a sentence in their own
    words."""

    id: Id
    fields: tuple[Key, ...] = ()
    keywords: Annotated[tuple[Phrase, ...], Field(max_length=200)] = ()
    sentence: Written = ""


class BidChoice(StrEnum):
    """An evaluator's answer to "would you like to evaluate this one?"; no answer is none of these."""

    EAGER = "eager"
    WILLING = "willing"
    RELUCTANT = "reluctant"


class Bid(Plain):
    """One answer."""

    application: Id
    evaluator: Id
    bid: BidChoice


class Conflict(Plain):
    """A pair that must never be: it gets no affinity at all, not a low one."""

    application: Id
    evaluator: Id


class Settings(Plain):
    """k1, b: BM25's (Robertson et al., TREC-3, 1994; the usual values).
    full: who shares as much weight as the application's `full` heaviest terms carry, fits wholly by text.
    text: how much the text counts; the field counts the rest.
    sentence: what a word of the sentence counts beside a keyword.
    bids: how far a bid moves the value: an eager one closes this share of the gap to 1, a willing one half of
    it; a reluctant one takes this share away.
    terms: so many shared terms are named with a pair.
    """

    k1: Annotated[ExactNumber, Field(ge=0, le=10)] = Decimal("1.2")
    b: Share = Decimal("0.75")
    full: Annotated[int, Field(ge=1, le=1000)] = 12
    text: Share = Decimal("0.6")
    sentence: Share = Decimal("0.5")
    bids: Share = Decimal("0.5")
    terms: Annotated[int, Field(ge=0, le=100)] = 5


class Texts(Plain):
    """Applications and evaluators. synonyms: groups of phrases that mean the same; the first names the group.

    Raises ValueError (pydantic's): an id twice, a reference to nothing, two bids for one pair.
    """

    applications: tuple[Application, ...]
    evaluators: tuple[Evaluator, ...]
    bids: tuple[Bid, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    synonyms: tuple[Annotated[tuple[Phrase, ...], Field(min_length=2)], ...] = COMMON
    settings: Settings = Settings()

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        _once("application", [entry.id for entry in self.applications])
        _once("evaluator", [entry.id for entry in self.evaluators])
        _once("bid of", [(row.application, row.evaluator) for row in self.bids])
        applications = {entry.id for entry in self.applications}
        evaluators = {entry.id for entry in self.evaluators}
        for application, evaluator in [
            *((row.application, row.evaluator) for row in self.bids),
            *((row.application, row.evaluator) for row in self.conflicts),
        ]:
            if application not in applications:
                raise _unknown("신청", "application", application)
            if evaluator not in evaluators:
                raise _unknown("평가위원", "evaluator", evaluator)
        return self


def _once(what: str, names: Iterable[str | tuple[str, str]]) -> None:
    twice = repeated(names)
    if twice:
        ko = {"application": "신청", "evaluator": "평가위원"}.get(what, what)
        raise wrong(
            f"{ko} {twice[0]!r}이(가) 두 번 있습니다; 하나를 지우십시오",
            f"{what} {twice[0]!r} appears twice; remove one",
        )


def _unknown(ko: str, en: str, name: str) -> ValueError:
    return wrong(
        f"{ko} '{name}'이(가) {en}s에 없습니다; id를 고치거나 그 줄을 지우십시오",
        f"there is no {en} {name!r} among the {en}s; correct the id or remove the row",
    )
