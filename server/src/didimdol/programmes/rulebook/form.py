"""The application form, the JSON Schema of its answers, and the check of answers with messages for people.

Answers are `{field_key: value}`. Values by type: text, long_text, url -> string; number -> integer, float
or Decimal (JSON number); money -> integer won; choice -> option key; multi_choice -> list of option keys;
date -> "YYYY-MM-DD"; file -> the attachment's reference, a string; boolean -> true or false.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import urlsplit

from pydantic import Field

from .base import Key, Part, Text, text

FieldType = Literal["text", "long_text", "number", "money", "choice", "multi_choice", "date", "file", "url", "boolean"]

TEXTUAL = ("text", "long_text", "url")
MAX_TEXT = 20_000
MAX_URL = 2_000


class Option(Part):
    key: Key
    label: Text


class FormField(Part):
    """One question. max_length: characters (after NFC), of texts. blind: hidden in blind stages.

    visible_to: keys of the bodies that may read it; None: all. must_be_true: a boolean that must be ticked.
    """

    key: Key
    label: Text
    help: Text | None = None
    type: FieldType
    required: bool = False
    max_length: Annotated[int, Field(ge=1, le=MAX_TEXT)] | None = None
    minimum: int | None = None
    maximum: int | None = None
    options: tuple[Option, ...] = ()
    must_be_true: bool = False
    blind: bool = False
    visible_to: tuple[Key, ...] | None = None

    @property
    def longest(self) -> int:
        """Characters at most."""
        if self.type == "url":
            return self.max_length or MAX_URL
        return self.max_length or (200 if self.type == "text" else MAX_TEXT)


class Section(Part):
    key: Key
    title: Text
    help: Text | None = None
    fields: Annotated[tuple[FormField, ...], Field(min_length=1, max_length=100)]


class Form(Part):
    sections: Annotated[tuple[Section, ...], Field(min_length=1, max_length=50)]

    @property
    def questions(self) -> tuple[FormField, ...]:
        """Every field of every section, in order."""
        return tuple(entry for section in self.sections for entry in section.fields)

    def question(self, key: str) -> FormField:
        """Raises KeyError."""
        for entry in self.questions:
            if entry.key == key:
                return entry
        raise KeyError(key)

    def readable_by(self, body: str, *, blind: bool) -> tuple[FormField, ...]:
        """The questions whose answers an evaluator of `body` may read."""
        return tuple(
            entry
            for entry in self.questions
            if not (blind and entry.blind) and (entry.visible_to is None or body in entry.visible_to)
        )


class AnswerProblem(NamedTuple):
    """`field`: the question's key ("" for the answers as a whole)."""

    field: str
    message: Text


def json_schema(form: Form, *, complete: bool = True) -> dict[str, Any]:
    """JSON Schema 2020-12 of the answers. `complete=False`: of a draft, where nothing is required."""
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {entry.key: _property(entry, complete) for entry in form.questions},
        "additionalProperties": False,
    }
    if complete and (required := [entry.key for entry in form.questions if entry.required]):
        schema["required"] = required
    return schema


def _property(entry: FormField, complete: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"title": entry.label.ko}
    if entry.help:
        found["description"] = entry.help.ko
    must = complete and entry.required
    match entry.type:
        case "text" | "long_text" | "url":
            found |= {"type": "string", "maxLength": entry.longest}
            if must:
                found |= {"minLength": 1, "pattern": r"\S"}
            if entry.type == "url":
                found["format"] = "uri"
        case "number" | "money":
            found["type"] = "integer" if entry.type == "money" else "number"
            minimum = entry.minimum if entry.minimum is not None or entry.type == "number" else 0
            if minimum is not None:
                found["minimum"] = minimum
            if entry.maximum is not None:
                found["maximum"] = entry.maximum
        case "choice":
            found["enum"] = [option.key for option in entry.options]
        case "multi_choice":
            found |= {"type": "array", "items": {"enum": [o.key for o in entry.options]}, "uniqueItems": True}
            if must:
                found["minItems"] = 1
        case "date":
            found |= {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
        case "file":
            found |= {"type": "string", "minLength": 1, "maxLength": 500}
        case "boolean":
            found["type"] = "boolean"
            if must and entry.must_be_true:
                found["const"] = True
    return found


def validate_answers(form: Form, answers: Mapping[str, Any], complete: bool) -> list[AnswerProblem]:
    """What is wrong with the answers, in the order of the form; `complete=False` leaves gaps alone.

    Empty text, an empty list and None count as no answer.
    """
    found = list(_answer_problems(form, answers, complete))
    known = {entry.key for entry in form.questions}
    for key in answers:
        if key not in known:
            found.append(
                AnswerProblem(
                    str(key)[:60],
                    text("신청서에 없는 항목입니다.", "The form has no such question."),
                )
            )
    return found


def _answer_problems(form: Form, answers: Mapping[str, Any], complete: bool) -> Iterator[AnswerProblem]:
    for entry in form.questions:
        value = answers.get(entry.key)
        if _empty(value):
            if complete and entry.required:
                yield AnswerProblem(entry.key, text("필수 항목입니다. 입력해 주십시오.", "This is required."))
            continue
        if (message := _CHECKS[entry.type](entry, value)) is not None:
            yield AnswerProblem(entry.key, message)
        elif complete and entry.must_be_true and value is not True:
            yield AnswerProblem(entry.key, text("동의 또는 확인이 필요합니다.", "This has to be confirmed."))


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or (isinstance(value, list) and not value)


def _check_text(entry: FormField, value: Any) -> Text | None:
    if not isinstance(value, str):
        return text("글자로 입력해 주십시오.", "This must be text.")
    length = len(unicodedata.normalize("NFC", value.replace("\r\n", "\n")))
    if length > entry.longest:
        return text(
            f"최대 {entry.longest:,}자까지 쓸 수 있습니다(현재 {length:,}자).",
            f"At most {entry.longest:,} characters are allowed (now {length:,}).",
        )
    if entry.type == "text" and ("\n" in value or "\r" in value):
        return text("한 줄로 입력해 주십시오.", "This must be a single line.")
    return None


def _check_url(entry: FormField, value: Any) -> Text | None:
    if (message := _check_text(entry, value)) is not None:
        return message
    try:
        parts = urlsplit(value.strip())
        good = (
            parts.scheme in ("http", "https") and bool(parts.hostname) and not any(c.isspace() for c in value.strip())
        )
    except ValueError:
        good = False
    if not good:
        return text(
            "http:// 또는 https:// 로 시작하는 주소를 입력해 주십시오.",
            "Give an http:// or https:// address.",
        )
    return None


def _check_number(entry: FormField, value: Any) -> Text | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return text("숫자로 입력해 주십시오.", "This must be a number.")
    if isinstance(value, float | Decimal) and not Decimal(value).is_finite():
        return text("숫자로 입력해 주십시오.", "This must be a number.")
    return _within(entry, value, entry.minimum)


def _check_money(entry: FormField, value: Any) -> Text | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return text("원 단위 정수로 입력해 주십시오.", "Give a whole number of won.")
    return _within(entry, value, 0 if entry.minimum is None else entry.minimum)


def _within(entry: FormField, value: int | float | Decimal, minimum: int | None) -> Text | None:
    if minimum is not None and value < minimum:
        return text(f"{minimum:,} 이상이어야 합니다.", f"This must be at least {minimum:,}.")
    if entry.maximum is not None and value > entry.maximum:
        return text(f"{entry.maximum:,} 이하여야 합니다.", f"This must be at most {entry.maximum:,}.")
    return None


def _check_choice(entry: FormField, value: Any) -> Text | None:
    if not isinstance(value, str) or value not in [option.key for option in entry.options]:
        return text("보기 가운데 하나를 선택해 주십시오.", "Choose one of the options.")
    return None


def _check_choices(entry: FormField, value: Any) -> Text | None:
    allowed = [option.key for option in entry.options]
    if not isinstance(value, list) or any(not isinstance(item, str) or item not in allowed for item in value):
        return text("보기 가운데에서 선택해 주십시오.", "Choose among the options.")
    if len(set(value)) != len(value):
        return text("같은 보기를 두 번 선택할 수 없습니다.", "An option is chosen twice.")
    return None


def _check_date(entry: FormField, value: Any) -> Text | None:
    try:
        good = isinstance(value, str) and len(value) == 10 and date.fromisoformat(value) is not None
    except ValueError:
        good = False
    return None if good else text("날짜를 2025-03-18 형식으로 입력해 주십시오.", "Give a date as 2025-03-18.")


def _check_file(entry: FormField, value: Any) -> Text | None:
    if not isinstance(value, str) or len(value) > 500:
        return text("파일을 다시 올려 주십시오.", "Upload the file again.")
    return None


def _check_boolean(entry: FormField, value: Any) -> Text | None:
    return None if isinstance(value, bool) else text("예 또는 아니요로 답해 주십시오.", "Answer yes or no.")


_CHECKS: dict[FieldType, Callable[[FormField, Any], Text | None]] = {
    "text": _check_text,
    "long_text": _check_text,
    "url": _check_url,
    "number": _check_number,
    "money": _check_money,
    "choice": _check_choice,
    "multi_choice": _check_choices,
    "date": _check_date,
    "file": _check_file,
    "boolean": _check_boolean,
}
