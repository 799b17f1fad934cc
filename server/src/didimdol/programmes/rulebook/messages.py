"""What pydantic found, said to people: the place, what is wrong, what is allowed, in both languages."""

from __future__ import annotations

import difflib
import re
import types
from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from .base import Broken, Text, text
from .yaml_tree import Node


class Explained(NamedTuple):
    path: tuple[str, ...]
    what: Text
    allowed: Text


def explain(error: ValidationError, tree: Node, model: type[BaseModel]) -> list[Explained]:
    """One entry for each thing wrong. A value that could be of several shapes is explained once."""
    found: list[tuple[tuple[str, ...], str, Explained]] = []
    for entry in error.errors(include_url=False, include_input=False):
        path = _in_tree(entry["loc"], tree, keep_last=entry["type"] in ("missing", "extra_forbidden"))
        what, allowed = _said(entry, path, tree, model)
        found.append((path, entry["type"], Explained(path, what, allowed)))
    paths = [path for path, _, _ in found]
    result: list[Explained] = []
    said: set[tuple[str, ...]] = set()
    for path, kind, explained in found:
        shape_only = kind != "value_error" and any(len(p) > len(path) and p[: len(path)] == path for p in paths)
        if path in said or shape_only:
            continue
        said.add(path)
        result.append(explained)
    return result


def _in_tree(loc: tuple[int | str, ...], tree: Node, *, keep_last: bool) -> tuple[str, ...]:
    """The parts of `loc` that exist in the file; pydantic also names union branches, which do not."""
    node: Node | None = tree
    path: list[str] = []
    for place, part in enumerate(loc):
        if node is None:
            break
        last = place == len(loc) - 1
        if node.entries is not None and isinstance(part, str) and part in node.entries:
            path.append(part)
            node = node.entries[part]
        elif node.items is not None and isinstance(part, int) and part < len(node.items):
            path.append(str(part))
            node = node.items[part]
        elif last and keep_last and isinstance(part, str):
            path.append(part)
    return tuple(path)


def _models_at(path: tuple[str, ...], model: type[BaseModel]) -> list[type[BaseModel]]:
    """Shapes a mapping at this path may have."""
    kinds: list[Any] = [model]
    for part in path:
        after: list[Any] = []
        for kind in kinds:
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                for name, info in kind.model_fields.items():
                    if part == (info.alias or name):
                        after += _unwrapped(info.annotation)
            elif get_origin(kind) in (tuple, list) or (get_origin(kind) is dict):
                arguments = [argument for argument in get_args(kind) if argument is not Ellipsis]
                after += _unwrapped(arguments[-1])
        kinds = after
    return [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)]


def _unwrapped(kind: Any) -> list[Any]:
    origin = get_origin(kind)
    if origin is Annotated:
        return _unwrapped(get_args(kind)[0])
    if origin in (Union, types.UnionType):
        return [inner for argument in get_args(kind) for inner in _unwrapped(argument)]
    return [kind]


def _allowed_keys(path: tuple[str, ...], model: type[BaseModel]) -> list[str]:
    keys: list[str] = []
    for shape in _models_at(path, model):
        keys += [info.alias or name for name, info in shape.model_fields.items()]
    return list(dict.fromkeys(keys))


def _allowed_values(path: tuple[str, ...], model: type[BaseModel]) -> list[str]:
    if not path:
        return []
    values: list[str] = []
    for shape in _models_at(path[:-1], model):
        for name, info in shape.model_fields.items():
            if (info.alias or name) == path[-1]:
                for kind in _unwrapped(info.annotation):
                    if get_origin(kind) is Literal:
                        values += [str(value) for value in get_args(kind)]
                    elif isinstance(kind, type) and issubclass(kind, Enum):
                        values += [str(member.value) for member in kind]
    return values


def _node_at(path: tuple[str, ...], tree: Node) -> Node | None:
    node: Node | None = tree
    for part in path:
        if node is None:
            return None
        if node.entries is not None:
            node = node.entries.get(part)
        elif node.items is not None and part.isdigit() and int(part) < len(node.items):
            node = node.items[int(part)]
        else:
            return None
    return node


_SHAPES: dict[str, tuple[str, str]] = {
    "string_type": ("글자여야 합니다", "must be text"),
    "int_type": ("정수여야 합니다", "must be a whole number"),
    "int_from_float": ("정수여야 합니다", "must be a whole number"),
    "int_parsing": ("정수여야 합니다", "must be a whole number"),
    "bool_type": ("참/거짓이어야 합니다", "must be true or false"),
    "decimal_type": ("숫자여야 합니다", "must be a number"),
    "decimal_parsing": ("숫자여야 합니다", "must be a number"),
    "finite_number": ("유한한 숫자여야 합니다", "must be a finite number"),
    "tuple_type": ("목록이어야 합니다", "must be a list"),
    "list_type": ("목록이어야 합니다", "must be a list"),
    "dict_type": ("'키: 값' 묶음이어야 합니다", "must be a mapping"),
    "model_type": ("'키: 값' 묶음이어야 합니다", "must be a mapping"),
    "model_attributes_type": ("'키: 값' 묶음이어야 합니다", "must be a mapping"),
}
_REMEDIES: dict[str, tuple[str, str]] = {
    "string_type": (
        '숫자로 읽히는 글자는 따옴표로 감싸십시오: "1.0".',
        'Quote text that reads as a number: "1.0".',
    ),
    "bool_type": (
        "true 또는 false로 적으십시오(YAML 1.2에서 yes·no는 글자입니다).",
        "Write true or false (in YAML 1.2, yes and no are text).",
    ),
    "tuple_type": (
        '줄마다 "- "로 시작하거나 [a, b]로 적으십시오.',
        'Begin each line with "- ", or write [a, b].',
    ),
}
_REMEDIES["list_type"] = _REMEDIES["tuple_type"]
_LIMITS: dict[str, tuple[str, str, str, str]] = {
    "greater_than_equal": ("ge", "너무 작습니다", "is too small", "{} 이상|at least {}"),
    "greater_than": ("gt", "너무 작습니다", "is too small", "{} 초과|more than {}"),
    "less_than_equal": ("le", "너무 큽니다", "is too large", "{} 이하|at most {}"),
    "less_than": ("lt", "너무 큽니다", "is too large", "{} 미만|less than {}"),
    "string_too_short": (
        "min_length",
        "비어 있거나 너무 짧습니다",
        "is empty or too short",
        "{}자 이상|at least {} characters",
    ),
    "string_too_long": ("max_length", "너무 깁니다", "is too long", "{}자 이하|at most {} characters"),
    "too_short": ("min_length", "항목이 부족합니다", "has too few entries", "{}개 이상|at least {} entries"),
    "too_long": (
        "max_length",
        "항목이 너무 많습니다",
        "has too many entries",
        "{}개 이하|at most {} entries",
    ),
    "decimal_max_digits": (
        "max_digits",
        "자릿수가 너무 많습니다",
        "has too many digits",
        "{}자리 이하|at most {} digits",
    ),
    "decimal_max_places": (
        "decimal_places",
        "소수 자릿수가 너무 많습니다",
        "has too many decimals",
        "소수 {}자리 이하|at most {} decimals",
    ),
}

# Messages of didimdol-decide, which speaks English: (pattern, Korean, remedy).
_DECIDE: tuple[tuple[re.Pattern[str], str, Text], ...] = (
    (
        re.compile(r"the weights of the bodies of stage '(?P<a>.*)' sum to (?P<b>\S+), not 1"),
        "단계 '{a}' 평가 주체의 가중치 합이 {b}로, 1이 아닙니다.",
        text("weight의 합을 1로 맞추십시오(예: 0.6과 0.4).", "Make the weights sum to 1, as in 0.6 and 0.4."),
    ),
    (
        re.compile(r"the stage weights sum to (?P<a>\S+), not 1"),
        "단계별 가중치의 합이 {a}로, 1이 아닙니다.",
        text("stage_weights의 합을 1로 맞추십시오.", "Make stage_weights sum to 1."),
    ),
    (
        re.compile(r"body '(?P<a>.*)': quorum (?P<b>\d+) is more than its (?P<c>\d+) seats"),
        "평가 주체 '{a}'의 의사정족수 {b}이(가) 위원 수 {c}보다 많습니다.",
        text("quorum을 seats 이하로 적으십시오.", "Write a quorum of at most its seats."),
    ),
    (
        re.compile(r"(?P<a>criterion|body) '(?P<b>.*)' appears twice in (?P<c>.*)"),
        "'{b}'이(가) {c}에 두 번 나옵니다.",
        text("키를 서로 다르게 적으십시오.", "Give each its own key."),
    ),
    (
        re.compile(r"min_ballots must be more than"),
        "제외하는 평가표 수가 min_ballots보다 적어야 합니다.",
        text("min_ballots를 늘리거나 제외 수를 줄이십시오.", "Raise min_ballots, or drop fewer ballots."),
    ),
    (
        re.compile(r"the lottery decides every tie"),
        "추첨은 동점 처리의 마지막에만 둘 수 있습니다.",
        text("by: lottery를 맨 끝으로 옮기십시오.", "Move by: lottery to the end."),
    ),
)


def _said(entry: Mapping[str, Any], path: tuple[str, ...], tree: Node, model: type[BaseModel]) -> tuple[Text, Text]:
    kind: str = entry["type"]
    context: Mapping[str, Any] = entry.get("ctx") or {}
    name = path[-1] if path else ""
    if kind == "extra_forbidden":
        keys = _allowed_keys(path[:-1], model)
        near = difflib.get_close_matches(name, keys, n=1, cutoff=0.6)
        listed = ", ".join(keys)
        what = text(f"모르는 키 '{name}'입니다.", f"Unknown key '{name}'.")
        if near:
            return what, text(
                f"'{near[0]}'을(를) 뜻합니까? 가능한 키: {listed}.",
                f"Did you mean '{near[0]}'? Allowed: {listed}.",
            )
        return what, text(f"가능한 키: {listed}.", f"Allowed: {listed}.")
    if kind == "missing":
        return (
            text(f"필수 키 '{name}'이(가) 없습니다.", f"The required key '{name}' is missing."),
            text(f"'{name}:'을(를) 적으십시오.", f"Write '{name}:'."),
        )
    if kind in _SHAPES:
        ko, en = _SHAPES[kind]
        node = _node_at(path, tree)
        shown = _shown(node)
        what = text(f"{ko}(적힌 값: {shown}).", f"This {en} (written: {shown}).")
        if kind in _REMEDIES:
            return what, text(*_REMEDIES[kind])
        keys = _allowed_keys(path, model)
        if keys:
            listed = ", ".join(keys)
            return what, text(f"가능한 키: {listed}.", f"Allowed keys: {listed}.")
        return what, text(f"{ko}.", f"The value {en}.")
    if kind in ("literal_error", "enum", "union_tag_invalid", "union_tag_not_found"):
        values = _allowed_values(path, model) or [str(context.get("expected", context.get("expected_tags", "")))]
        if kind.startswith("union"):
            values = [str(context.get("expected_tags", "criterion, body, stage_total, lottery"))]
        node = _node_at(path, tree)
        shown = _shown(node)
        listed = ", ".join(values)
        near = difflib.get_close_matches(str(node.value) if node else "", values, n=1, cutoff=0.6)
        hint_ko = f"'{near[0]}'을(를) 뜻합니까? " if near else ""
        hint_en = f"Did you mean '{near[0]}'? " if near else ""
        return (
            text(f"쓸 수 없는 값입니다: {shown}.", f"This value is not allowed: {shown}."),
            text(f"{hint_ko}가능한 값: {listed}.", f"{hint_en}Allowed: {listed}."),
        )
    if kind in _LIMITS:
        bound, ko, en, remedy = _LIMITS[kind]
        limit = context.get(bound, context.get(bound.replace("_length", ""), ""))
        remedy_ko, remedy_en = remedy.format(limit, limit).split("|") if "|" in remedy else (remedy, remedy)
        return (
            text(
                f"값이 {ko}: {_shown(_node_at(path, tree))}.",
                f"The value {en}: {_shown(_node_at(path, tree))}.",
            ),
            text(f"{remedy_ko}로 적으십시오.", f"Write {remedy_en}."),
        )
    if kind == "string_pattern_mismatch":
        shown = _shown(_node_at(path, tree))
        return (
            text(f"형식에 맞지 않습니다: {shown}.", f"This is not in the allowed form: {shown}."),
            text(
                _PATTERNS.get(str(context.get("pattern")), ("", ""))[0] or f"허용 형식: {context.get('pattern')}",
                _PATTERNS.get(str(context.get("pattern")), ("", ""))[1] or f"Allowed: {context.get('pattern')}",
            ),
        )
    cause = context.get("error")
    if isinstance(cause, Broken):
        return cause.what, cause.allowed
    english = str(cause) if cause is not None else str(entry.get("msg", ""))
    for pattern, ko, remedy_text in _DECIDE:
        if match := pattern.search(english):
            return text(ko.format(**match.groupdict()), _sentence(english)), remedy_text
    wrong, _, remedy_en = english.partition("; ")
    return (
        text(f"값이 규칙에 맞지 않습니다: {wrong}", _sentence(wrong)),
        text(f"고치는 법: {remedy_en or wrong}", _sentence(remedy_en or wrong)),
    )


_PATTERNS: dict[str, tuple[str, str]] = {
    r"^[a-z][a-z0-9_]*(-[a-z0-9_]+)*$": (
        "키는 소문자로 시작하고 소문자·숫자·'_'·'-'만 씁니다.",
        "A key begins with a small letter and has small letters, digits, '_' and '-' only.",
    ),
    r"^\d{2}:\d{2}$": ('"16:00" 형식으로 적습니다.', 'Write it as "16:00".'),
    r"^[a-z0-9]{1,12}$": ('점 없는 확장자로 적습니다: "pdf".', 'Write the suffix without a dot: "pdf".'),
}


def _sentence(words: str) -> str:
    words = words.strip() or "The value is not allowed"
    return words[0].upper() + words[1:] + ("" if words.endswith(".") else ".")


def _shown(node: Node | None) -> str:
    if node is None:
        return "-"
    if node.entries is not None:
        return "{…}"
    if node.items is not None:
        return "[…]"
    if node.value is None:
        return "null"
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    shown = str(node.value)
    return f"'{shown[:60]}…'" if len(shown) > 60 else f"'{shown}'"
