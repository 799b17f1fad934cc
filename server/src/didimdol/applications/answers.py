"""Answers as they come in: one spelling for one value, so that what is stored, shown and sealed is the same."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import Text, text
from didimdol.programmes.rulebook import Form, FormField, GrantRules

#: a draft keeps what is too long for the question, so that nothing typed is lost; the final check names it
MOST_CHARACTERS = 20_000
TEXTUAL = ("text", "long_text", "url", "choice", "date")


def clean_text(value: str) -> str:
    """NFC, plain newlines, and only characters that a database and a JSON document can hold."""
    plain = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(c for c in plain if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


def clean_answers(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The named answers in one spelling; None: taken back. Raises BadInput for unknown questions and wrong types."""
    known = {entry.key: entry for entry in form.questions}
    cleaned = {}
    for key, value in answers.items():
        entry = known.get(key)
        if entry is None or entry.type == "file":
            raise _refused(str(key)[:60], text("신청서에 없는 항목입니다.", "The form has no such question."))
        cleaned[key] = None if value is None else _clean(entry, value)
    return cleaned


def _clean(entry: FormField, value: Any) -> Any:
    if entry.type in TEXTUAL:
        if not isinstance(value, str):
            raise _refused(entry.key, text("글자로 입력해 주십시오.", "This must be text."))
        plain = clean_text(value)
        if len(plain) > MOST_CHARACTERS:
            raise _refused(
                entry.key,
                text(
                    f"최대 {MOST_CHARACTERS:,}자까지 저장할 수 있습니다.",
                    f"At most {MOST_CHARACTERS:,} characters can be kept.",
                ),
            )
        return plain
    if entry.type == "multi_choice":
        if not isinstance(value, list | tuple) or any(not isinstance(item, str) for item in value):
            raise _refused(entry.key, text("보기 가운데에서 선택해 주십시오.", "Choose among the options."))
        return [clean_text(item)[:200] for item in value[:200]]
    if entry.type == "boolean":
        if not isinstance(value, bool):
            raise _refused(entry.key, text("예 또는 아니요로 답해 주십시오.", "Answer yes or no."))
        return value
    return _clean_number(entry, value)


def _clean_number(entry: FormField, value: Any) -> int | float:
    good = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    if not good or (not isinstance(value, int) and not math.isfinite(value)) or abs(value) > 10**18:
        raise _refused(entry.key, text("숫자로 입력해 주십시오.", "This must be a number."))
    return int(value) if value == int(value) else float(value)


def _refused(key: str, message: Text) -> BadInput:
    return BadInput("answer_invalid", message, fields={key: message})


def exact(value: Any) -> Any:
    """The same value without floats, for digests: 0.1 is the text "0.1"."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, Mapping):
        return {key: exact(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [exact(item) for item in value]
    return value


def asked_grant(rules: GrantRules, answers: Mapping[str, Any]) -> int:
    """The collaboration money a startup asks for, in won: at most the cap, and the cap where it does not say."""
    # stored as a number, or as it was typed
    digits = str(answers.get(rules.requested_in or "") or "").replace(",", "").strip()
    asked = int(digits) if digits.isdecimal() else 0
    return min(rules.cap, asked) if asked else rules.cap
