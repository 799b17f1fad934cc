"""The two bases of every contract model, and the decimal and hash types they share."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import (
    BaseModel,
    ConfigDict,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    StringConstraints,
    model_serializer,
)

MAX_NAME = 200
"""Longest name of a model, tensor or device anywhere in the contract, in characters."""


def plain_decimal(value: Decimal) -> str:
    """One spelling per number: no exponent, no trailing zeros. 0.990 and 0.99 hash alike."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


PlainDecimal = Annotated[Decimal, PlainSerializer(plain_decimal, return_type=str, when_used="json")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME)]


class Strict(BaseModel):
    """A frozen document: an unknown field is an error, so a misspelt limit never passes unnoticed."""

    later: ClassVar[frozenset[str]] = frozenset()
    """Fields that were added after the first release. Where one holds its default it is left out of the
    document, so that plans and evidence of before keep their bytes and hashes."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        protected_namespaces=(),
        allow_inf_nan=False,
    )

    @model_serializer(mode="wrap")
    def _leave_out_later(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        document: dict[str, Any] = handler(self)
        fields = type(self).model_fields
        for name in self.later:
            if name in document and getattr(self, name) == fields[name].get_default(
                call_default_factory=True
            ):
                del document[name]
        return document


class Message(BaseModel):
    """A protocol message: unknown fields are ignored, so agent and server may be of different age."""

    model_config = ConfigDict(
        extra="ignore",
        frozen=True,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        protected_namespaces=(),
        allow_inf_nan=False,
    )
