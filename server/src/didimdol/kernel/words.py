"""Texts of the product: Korean first, English beside it, always together.

There is no catalogue to fall out of date: a text without its English cannot be written. (ADR 0002)
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any, TypedDict

from django.utils.functional import Promise, lazy
from django.utils.translation import get_language

LANGUAGES = ("ko", "en")


class Text(TypedDict):
    """A text in both languages."""

    ko: str
    en: str


def language() -> str:
    """The language of the person being answered: "ko" or "en"."""
    return "en" if (get_language() or "ko").startswith("en") else "ko"


def _pick(ko: str, en: str) -> str:
    return en if language() == "en" else ko


#: ``say(ko, en)``: a lazy string in the reader's language, for labels and messages in Python.
say = lazy(_pick, str)


def pick(value: Mapping[str, Any] | str | Promise | None, lang: str | None = None) -> str:
    """The text of a ``{ko, en}`` mapping in ``lang`` (default: the reader's); Korean where English is missing."""
    if value is None:
        return ""
    if isinstance(value, str | Promise):
        return str(value)
    return str(value.get(lang or language()) or value.get("ko") or "")


def text(ko: str, en: str) -> Text:
    return {"ko": ko, "en": en}


def normal(value: str) -> str:
    """NFC: macOS sends decomposed Hangul, which looks the same and compares different."""
    return unicodedata.normalize("NFC", value)


__all__ = ["LANGUAGES", "Text", "language", "normal", "pick", "say", "text"]
