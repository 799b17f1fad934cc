"""The base of every data shape here: frozen, closed, with decimals that have one spelling."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from decimal import Decimal
from typing import Annotated, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
)

from didimdol_decide.canonical import plain

MAX_EXPONENT = 15
MAX_PLACES = 12


def _one_spelling(value: Decimal) -> Decimal:
    # A number in a file from outside must not be able to ask for a billion digits ("1E+999999999").
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError("a number must be finite")
    if (value and value.adjusted() > MAX_EXPONENT) or exponent > MAX_EXPONENT or exponent < -60:
        raise ValueError("the number is out of range")
    text = plain(value)
    if len(text.partition(".")[2]) > MAX_PLACES:
        raise ValueError(f"at most {MAX_PLACES} decimal places")
    return Decimal(text)


def _no_float(value: object) -> object:
    if isinstance(value, bool | float):
        raise ValueError("points are integers or decimals written as text, never floats")
    return value


Number = Annotated[
    Decimal, AfterValidator(_one_spelling), PlainSerializer(plain, return_type=str, when_used="json")
]
"""A Decimal in one spelling ("0.40" and "0.4" are the same value and the same bytes); JSON form: a string."""

ExactNumber = Annotated[Number, BeforeValidator(_no_float)]
"""A `Number` that refuses floats: for points and bonuses, which must never have passed through one."""

Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$", max_length=64)]
"""A short name used to refer to a thing in a rulebook."""

Id = Annotated[str, StringConstraints(min_length=1, max_length=200)]
"""An opaque identifier (a pseudonym) of an application or an evaluator."""


class Plain(BaseModel):
    """Frozen and closed: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def as_json(self) -> dict[str, object]:
        """The value as plain JSON data (decimals as text), defaults filled in."""
        return self.model_dump(mode="json")


class Text(Plain):
    """A sentence or a name in Korean, with English beside it where there is one."""

    ko: Annotated[str, StringConstraints(min_length=1)]
    en: str | None = None

    def in_language(self, language: str) -> str:
        """The text in "ko" or "en"; Korean where the English is missing."""
        return self.en if language == "en" and self.en else self.ko


Member = TypeVar("Member", bound=Hashable)


def repeated(values: Iterable[Member]) -> list[Member]:
    """Members that appear more than once, each named once, in order of their second appearance."""
    seen: set[Member] = set()
    twice: dict[Member, None] = {}
    for value in values:
        if value in seen:
            twice.setdefault(value)
        seen.add(value)
    return list(twice)
