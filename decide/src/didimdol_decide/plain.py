"""The base of every data shape here: frozen, closed, with decimals that have one spelling."""

from __future__ import annotations

import gc
from collections.abc import Hashable, Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import cache, lru_cache
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    StringConstraints,
    WithJsonSchema,
    model_serializer,
)

from didimdol_decide.canonical import plain

MAX_EXPONENT = 15
MAX_PLACES = 12
MOST_KNOWN = 1 << 16


_KNOWN: dict[str, Decimal] = {}


def one_spelling(value: Decimal) -> Decimal:
    """The value as a `Number` has it. Raises ValueError for what is not finite, too large or too long."""
    # The same few numbers come a million times in a large file: each spelling is looked at once.
    given = str(value)
    known = _KNOWN.get(given)
    if known is None:
        known = _spelled(value)
        if len(given) <= MAX_EXPONENT and len(_KNOWN) < MOST_KNOWN:
            _KNOWN[given] = known
    return known


def _spelled(value: Decimal) -> Decimal:
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


def wrong(ko: str, en: str) -> ValueError:
    """What a validator raises: the thing, the rule and the way out, in both languages."""
    return ValueError(f"{ko} / {en}")


def _no_float(value: object) -> object:
    if isinstance(value, bool | float):
        raise ValueError("points are integers or decimals written as text, never floats")
    return value


@lru_cache(maxsize=MOST_KNOWN)
def written(value: Decimal) -> str:
    """As `plain`, remembered: for finite numbers."""
    return plain(value)


Number = Annotated[
    Decimal,
    AfterValidator(one_spelling),
    PlainSerializer(written, return_type=str, when_used="json"),
]
"""A Decimal in one spelling ("0.40" and "0.4" are the same value and the same bytes); JSON form: a string."""

ExactNumber = Annotated[
    Number,
    BeforeValidator(_no_float),
    WithJsonSchema(
        {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}]},
        mode="validation",
    ),
]
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


class Sparse(Plain):
    """Fields that came later are written only where they say something, so that records made before them
    stay what they were to the byte."""

    later: ClassVar[tuple[str, ...]] = ()

    @model_serializer(mode="wrap")
    def _without_unsaid(self, write: SerializerFunctionWrapHandler) -> dict[str, object]:
        written: dict[str, object] = write(self)
        for name in self.later:
            if getattr(self, name) == type(self).model_fields[name].get_default(call_default_factory=True):
                written.pop(name, None)
        return written


class Text(Plain):
    """A sentence or a name in Korean, with English beside it where there is one."""

    ko: Annotated[str, StringConstraints(min_length=1)]
    en: str | None = None

    def in_language(self, language: str) -> str:
        """The text in "ko" or "en"; Korean where the English is missing."""
        return self.en if language == "en" and self.en else self.ko


Shape = TypeVar("Shape", bound=Plain)
# What an instance is made of, filled without the look-up of a name for each.
_put_values, _put_names, _put_extra, _put_private = (
    vars(BaseModel)[slot].__set__
    for slot in ("__dict__", "__pydantic_fields_set__", "__pydantic_extra__", "__pydantic_private__")
)


@cache
def _names(shape: type[Plain]) -> set[str]:
    return set(shape.model_fields)


def made(shape: type[Shape], values: dict[str, Any]) -> Shape:
    """A `shape` from all of its fields, in their order, already what validation would make of them.

    For the many lines of a large result that this package has calculated itself: as `model_construct`, at a
    tenth of its time. Never for anything read from outside.
    """
    new = shape.__new__(shape)
    _put_values(new, values)
    _put_names(new, _names(shape))
    _put_extra(new, None)
    _put_private(new, None)
    return new


@contextmanager
def uncollected() -> Iterator[None]:
    """Pauses the search for cyclic garbage while very many values without cycles are made: it would walk
    through all of them again and again, for more time than the work itself takes."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            if not gc.get_freeze_count():
                # What was made joins the oldest generation unseen; else all of it is walked through now.
                gc.freeze()
                gc.unfreeze()
            gc.enable()


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
