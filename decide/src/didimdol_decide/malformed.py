"""What the shapes refuse, said in both languages: the thing, the rule and the way out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from json import loads
from typing import Any

from pydantic import ValidationError

from didimdol_decide.plain import Text

WHOLE = ("정수여야 합니다", "must be a whole number")
NUMBER = ("수여야 합니다", "must be a number")
WRITTEN = ("글자여야 합니다", "must be text")
LIST = ("목록이어야 합니다", "must be a list")
OBJECT = ("객체여야 합니다", "must be an object")
TRUTH = ("true나 false여야 합니다", "must be true or false")
RULES: Mapping[str, tuple[str, str]] = {
    "missing": ("없습니다; 더하십시오", "is missing; add it"),
    "extra_forbidden": (
        "그런 항목은 없습니다; 이름을 고치거나 지우십시오",
        "there is no such field; correct the name or remove it",
    ),
    "int_type": WHOLE,
    "int_parsing": WHOLE,
    "int_from_float": WHOLE,
    "decimal_type": NUMBER,
    "decimal_parsing": NUMBER,
    "float_type": NUMBER,
    "float_parsing": NUMBER,
    "finite_number": ("유한한 수여야 합니다", "must be a finite number"),
    "greater_than_equal": ("{ge} 이상이어야 합니다", "must be {ge} or more"),
    "greater_than": ("{gt}보다 커야 합니다", "must be more than {gt}"),
    "less_than_equal": ("{le} 이하여야 합니다", "must be {le} or less"),
    "less_than": ("{lt}보다 작아야 합니다", "must be less than {lt}"),
    "string_type": WRITTEN,
    "string_too_short": ("{min_length}자 이상이어야 합니다", "must have {min_length} characters or more"),
    "string_too_long": ("{max_length}자 이하여야 합니다", "must have {max_length} characters or fewer"),
    "string_pattern_mismatch": ("{pattern} 꼴이어야 합니다", "must look like {pattern}"),
    "too_short": ("{min_length}개 이상이어야 합니다", "must have {min_length} entries or more"),
    "too_long": ("{max_length}개 이하여야 합니다", "must have {max_length} entries or fewer"),
    "literal_error": ("{expected} 가운데 하나여야 합니다", "must be one of {expected}"),
    "enum": ("{expected} 가운데 하나여야 합니다", "must be one of {expected}"),
    "union_tag_invalid": ("{expected_tags} 가운데 하나여야 합니다", "must be one of {expected_tags}"),
    "union_tag_not_found": ("{discriminator}이(가) 없습니다; 더하십시오", "needs {discriminator}; add it"),
    "bool_type": TRUTH,
    "bool_parsing": TRUTH,
    "tuple_type": LIST,
    "list_type": LIST,
    "dict_type": OBJECT,
    "model_type": OBJECT,
    "model_attributes_type": OBJECT,
}
PATTERNS: Mapping[str, tuple[str, str]] = {
    r"^[A-Za-z0-9][A-Za-z0-9_.\-]*$": (
        "짧은 이름이어야 합니다: 영문자·숫자로 시작하고 그 뒤는 영문자, 숫자, '_', '.', '-'",
        "must be a short name: a letter a-z or digit first, then letters, digits, '_', '.', '-'",
    ),
    r"^[0-9a-f]{64}$": ("16진수 소문자 64자여야 합니다", "must be 64 lower-case hexadecimal digits"),
}
# What the rooms that the platform reads too say in English alone; it has words of its own for them.
SAID: tuple[tuple[str, str, str], ...] = (
    (r"a number must be finite", "유한한 수여야 합니다", ""),
    (r"the number is out of range", "수가 너무 크거나 너무 작습니다", ""),
    (r"at most (\d+) decimal places", r"소수점 아래는 \1자리까지입니다", ""),
    (
        r"points are integers or decimals written as text, never floats",
        '점수는 정수나 따옴표 안의 소수여야 합니다(예: "54.5")',
        ' (write "54.5")',
    ),
    (
        r"the weights of the bodies of stage '(.*)' sum to (\S+), not 1",
        r"평가 단계 '\1'의 주체별 weight 합이 \2입니다; 1로 맞추십시오",
        "; make them sum to 1",
    ),
    (
        r"the stage weights sum to (\S+), not 1",
        r"stage_weights의 합이 \1입니다; 1로 맞추십시오",
        "; make them sum to 1",
    ),
    (
        r"body '(.*)': quorum (\d+) is more than its (\d+) seats",
        r"평가 주체 '\1'의 정족수(quorum) \2이 좌석(seats) \3보다 많습니다; 한쪽을 고치십시오",
        "; change one",
    ),
    (
        r"criterion '(.*)' appears twice in body '(.*)'",
        r"평가 주체 '\2'에 평가 항목 '\1'이(가) 두 번 있습니다; 하나를 지우십시오",
        "; remove one",
    ),
    (
        r"body '(.*)' appears twice in stage '(.*)'",
        r"평가 단계 '\2'에 평가 주체 '\1'이(가) 두 번 있습니다; 하나를 지우십시오",
        "; remove one",
    ),
    (
        r"min_ballots must be more than drop_high \+ drop_low, or no ballot would remain",
        "min_ballots는 drop_high + drop_low보다 커야 합니다; 아니면 남는 평가표가 없습니다",
        "",
    ),
    (
        r"the lottery decides every tie, so it can only be the last tie-break",
        "추첨은 모든 동점을 가르므로 tie_breaks의 마지막에만 둘 수 있습니다",
        "",
    ),
)


def refusal(error: ValueError) -> Text:
    """What is wrong, without its place; of pydantic's errors the first."""
    if not isinstance(error, ValidationError):
        return _said(str(error).splitlines()[0] if str(error) else type(error).__name__)
    first = _first(error)
    kind, context = str(first["type"]), dict(first.get("ctx", {}))
    if kind in ("value_error", "assertion_error"):
        return _said(str(context.get("error", first["msg"])))
    pattern = PATTERNS.get(str(context.get("pattern")))
    ko, en = pattern or RULES.get(
        kind, (f"형식이 올바르지 않습니다 ({first['msg']})", f"is malformed ({first['msg']})")
    )
    given = first.get("input")
    shown = ""
    if kind != "missing" and kind != "extra_forbidden" and isinstance(given, str | int | float):
        shown = repr(given) if len(repr(given)) <= 60 else repr(given)[:57] + "..."
    ko, en = (text.format_map(context) if pattern is None else text for text in (ko, en))
    return Text(ko=ko + (f" (지금: {shown})" if shown else ""), en=en + (f", not {shown}" if shown else ""))


def place(error: ValidationError) -> tuple[int | str, ...]:
    """Where the first error is; without the names of alternatives, which no file has."""
    return _place(_first(error))


def _first(error: ValidationError) -> Any:
    """The first error; of alternatives for one place, the one that the value comes nearest to."""
    found = error.errors(include_url=False)
    at = [entry for entry in found if _place(entry) == _place(found[0])]
    return next((entry for entry in at if not entry["type"].endswith("_type")), at[0])


def _place(entry: Any) -> tuple[int | str, ...]:
    alternatives = r"rows|matrix|FieldQuota|TrimRule|.*[\[(].*|constrained-\w+"
    return tuple(part for part in entry["loc"] if not re.fullmatch(alternatives, str(part)))


def form(error: ValidationError) -> str | None:
    """The name of the schema that says what the file must look like."""
    folder: Any = files("didimdol_decide").joinpath("schemas")
    for entry in sorted(folder.iterdir(), key=lambda entry: str(entry.name)):
        if (
            entry.name.endswith(".json")
            and loads(entry.read_text(encoding="utf-8")).get("title") == error.title
        ):
            return str(entry.name).removesuffix(".json")
    return None


def _said(text: str) -> Text:
    ko, _, en = text.removeprefix("Value error, ").partition(" / ")
    if en:
        return Text(ko=ko, en=en)
    for pattern, korean, way_out in SAID:
        if re.fullmatch(pattern, ko):
            return Text(ko=re.sub(pattern, korean, ko), en=ko + way_out)
    return Text(ko=ko, en=ko)
