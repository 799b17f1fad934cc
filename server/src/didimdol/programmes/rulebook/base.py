"""What every part of a rulebook stands on: closed, frozen shapes, bilingual text, errors with a remedy."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
)


def _nfc(value: str) -> str:
    return unicodedata.normalize("NFC", value).strip()


Words = Annotated[str, AfterValidator(_nfc), StringConstraints(min_length=1, max_length=20_000)]
"""A sentence or a paragraph, in NFC."""

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(-[a-z0-9_]+)*$", max_length=60)]
"""A short name that other rules and answers refer to: small letters, digits, `_` and `-`."""


def plain_decimal(value: Decimal) -> str:
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


Percent = Annotated[
    Decimal,
    Field(ge=0, le=100, max_digits=7, decimal_places=4),
    PlainSerializer(plain_decimal, when_used="json"),
]

Won = Annotated[int, Field(ge=0, le=10**13)]
"""Korean won: whole, never negative."""


class Part(BaseModel):
    """Frozen and closed: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


WHOLE = {"whole": True}
"""The context in which a part that grew tells everything, rules at their default too."""


class Growing(Part):
    """A part whose rules grew after rulebooks had been announced. Those named in `later` stay out of the canonical form at
    their default, so that the digest of a rulebook without them is the same for ever."""

    later: ClassVar[tuple[str, ...]] = ()

    @model_serializer(mode="wrap")
    def _without_later_defaults(self, dump: SerializerFunctionWrapHandler, info: SerializationInfo) -> dict[str, Any]:
        found: dict[str, Any] = dump(self)
        if info.context is WHOLE:
            return found
        unused = {name for name in self.later if getattr(self, name) == type(self).model_fields[name].default}
        return {name: value for name, value in found.items() if name not in unused}


class Text(Part):
    """Words in Korean, with English beside them where there is any."""

    ko: Words
    en: Words | None = None

    def in_language(self, language: str) -> str:
        """The words in "ko" or "en"; Korean where the English is missing."""
        return self.en if language == "en" and self.en else self.ko


def text(ko: str, en: str) -> Text:
    return Text(ko=ko, en=en)


class Broken(ValueError):
    """A rule is broken: what is wrong and what is allowed, in both languages."""

    def __init__(self, what: Text, allowed: Text) -> None:
        super().__init__(what.en or what.ko)
        self.what = what
        self.allowed = allowed


_PATH_PART = re.compile(r"[^.]+")


def path_parts(path: str) -> tuple[str, ...]:
    """ "fields.laptop.quota" -> ("fields", "laptop", "quota")."""
    return tuple(_PATH_PART.findall(path))
