"""Why something was refused, in both languages, and what to change."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from .base import Message

AI_HUB_FAULTS = frozenset(
    {
        "aihub_answer",
        "aihub_busy",
        "aihub_client_old",
        "aihub_config",
        "aihub_consent",
        "aihub_device_unknown",
        "aihub_fault",
        "aihub_missing",
        "aihub_option",
        "aihub_plan",
        "aihub_refused",
        "aihub_time_limit",
        "aihub_token",
        "aihub_unavailable",
    }
)
"""Refusals of the AI Hub adapter that say nothing about the model: account, service or plan were at fault."""


class Bilingual(TypedDict):
    """One text in Korean and English: `{"ko": ..., "en": ...}`."""

    ko: Annotated[str, StringConstraints(max_length=2000)]
    en: Annotated[str, StringConstraints(max_length=2000)]


def bilingual(ko: str, en: str) -> Bilingual:
    """Make a text in both languages."""
    return {"ko": ko, "en": en}


class Refusal(Message):
    """A refusal: `code` for programs, `message` for people, `remedy` says what to change."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{1,63}$")
    message: Bilingual
    remedy: Bilingual
    detail: dict[
        Annotated[str, StringConstraints(max_length=64)], Annotated[str, StringConstraints(max_length=2000)]
    ] = Field(default_factory=dict, max_length=32)
