"""The presets as texts, and small changes to them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from didimdol.programmes.rulebook import Loaded, Problem, RulebookInvalid, parse

CHALLENGES = Path(__file__).resolve().parents[4] / "challenges"
NAMES = ("2025-on-device.yaml", "2025-vertical.yaml", "fabless.yaml", "mid-size.yaml")


@cache
def text_of(name: str = NAMES[0]) -> str:
    return (CHALLENGES / name).read_text(encoding="utf-8")


@cache
def preset(name: str = NAMES[0]) -> Loaded:
    return parse(text_of(name), name)


def changed(before: str, after: str, name: str = NAMES[0]) -> str:
    """The preset with the first `before` replaced; `before` must be there."""
    source = text_of(name)
    assert before in source, before
    return source.replace(before, after, 1)


def problems(source: str) -> list[Problem]:
    try:
        parse(source, "c.yaml")
    except RulebookInvalid as error:
        return error.problems
    raise AssertionError("the text was accepted")


def only_problem(source: str) -> Problem:
    found = problems(source)
    assert len(found) == 1, found
    return found[0]


def line_of(words: str, source: str) -> int:
    return source[: source.index(words)].count("\n") + 1
