"""What is handed in besides the form: documents and the model."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from .base import Key, Part, Text, Words

Suffix = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{1,12}$")]
"""How a file's name ends, without the dot."""


class DocumentRule(Part):
    """A document. `when`: with the application, only of those who pass the paper stage, or before agreement.

    blind: hidden from evaluators. page_limit None: the notice's.
    """

    key: Key
    name: Text
    help: Text | None = None
    required: bool = True
    when: Literal["application", "paper_passers", "agreement"] = "application"
    formats: Annotated[tuple[Suffix, ...], Field(min_length=1, max_length=20)] = ("pdf",)
    max_size_mb: Annotated[int, Field(ge=1, le=2000)] = 30
    page_limit: Annotated[int, Field(ge=1, le=500)] | None = None
    blind: bool = False
    source: Words | None = None


class ModelRules(Part):
    """The model an applicant hands in to be measured before selection."""

    required: bool = False
    formats: Annotated[tuple[Suffix, ...], Field(min_length=1, max_length=20)] = ("onnx",)
    max_size_mb: Annotated[int, Field(ge=1, le=100_000)] = 500
    help: Text | None = None
