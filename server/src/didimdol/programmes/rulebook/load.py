"""From the text of a file to a checked rulebook, or to every problem with its line and its remedy."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from .base import Text
from .checks import check
from .completing import completed
from .messages import explain
from .schema import Rulebook
from .yaml_tree import Node, TreeProblem, read_tree


@dataclass(frozen=True)
class Problem:
    """One thing wrong. `line` and `column` count from 1; `path` is dotted, "" for the file as a whole."""

    file: str
    line: int
    column: int
    path: str
    what: Text
    allowed: Text


class RulebookInvalid(Exception):
    """`problems` is never empty and goes by line."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(render_problems(problems, "en"))
        self.problems = problems


@dataclass(frozen=True)
class Loaded:
    """A checked rulebook, the text as it was written, and what it means."""

    rulebook: Rulebook
    text: str
    canonical: dict[str, Any]
    digest: str


def parse(text: str, filename: str = "rulebook.yaml") -> Loaded:
    """Raises RulebookInvalid with every problem found; nothing else, whatever the text."""
    try:
        tree = read_tree(text.removeprefix("\ufeff"))
    except TreeProblem as problem:
        raise RulebookInvalid(
            [Problem(filename, problem.line, problem.column, "", problem.what, problem.allowed)]
        ) from None
    try:
        rulebook = Rulebook.model_validate_json(_json(completed(tree.plain())), strict=True)
    except ValidationError as error:
        problems = [
            Problem(filename, *_place(tree, found.path), ".".join(found.path), found.what, found.allowed)
            for found in explain(error, tree, Rulebook)
        ]
        raise RulebookInvalid(_by_line(problems)) from None
    findings = check(rulebook)
    if findings:
        raise RulebookInvalid(
            _by_line([Problem(filename, *_place(tree, f.path), ".".join(f.path), f.what, f.allowed) for f in findings])
        )
    canonical = rulebook.canonical()
    return Loaded(rulebook=rulebook, text=text, canonical=canonical, digest=rulebook.digest())


def render_problems(problems: list[Problem], lang: str = "ko") -> str:
    """Compiler style: `file:line:column: path: what` and, indented below, the remedy."""
    lines = []
    for problem in problems:
        where = f"{problem.path}: " if problem.path else ""
        lines.append(
            f"{problem.file}:{problem.line}:{problem.column}: {where}{problem.what.in_language(lang)}\n"
            f"    → {problem.allowed.in_language(lang)}"
        )
    return "\n".join(lines)


def _by_line(problems: list[Problem]) -> list[Problem]:
    return sorted(dict.fromkeys(problems), key=lambda problem: (problem.line, problem.column))


def _place(tree: Node, path: tuple[str, ...]) -> tuple[int, int]:
    """Line and column of a path: of the key in a mapping; where absent, of what encloses it."""
    node, place = tree, (1, 1)
    for part in path:
        if node.entries is not None:
            if part not in node.entries:
                break
            place = node.key_places[part]
            node = node.entries[part]
        elif node.items is not None:
            found = next(
                (i for i in node.items if i.entries and "key" in i.entries and i.entries["key"].value == part),
                None,
            )
            if found is None and part.isascii() and part.isdigit() and int(part) < len(node.items):
                found = node.items[int(part)]
            if found is None:
                break
            node, place = found, (found.line, found.column)
        else:
            break
    return place


def _json(value: Any) -> str:
    """JSON with decimals as numbers in full, so that text and numbers are never taken for each other."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{_json(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_json, value)) + "]"
    if isinstance(value, Decimal):
        return format(value, "f") if "." in format(value, "f") else format(value, "f") + ".0"
    return json.dumps(value)
