"""Panels that cannot be drawn are told before anything is played."""

from __future__ import annotations

from typing import Any

from didimdol.programmes.rulebook import parse, resolve_calendar
from didimdol.rehearsal.draws import undrawable
from didimdol.rehearsal.findings import Finding
from didimdol.rehearsal.panels import loads
from server.tests.worlds import small_rulebook


def told(experts: int, **panel: Any) -> list[Finding]:
    def change(book: Any) -> None:
        book["evaluation"]["stages"][0]["panel"] |= {"draw": "random", **panel}

    book = parse(small_rulebook(change=change), "small.yaml").rulebook
    return list(undrawable(loads(book, resolve_calendar(book), 12), experts))


def test_a_pool_that_suffices_says_nothing() -> None:
    assert told(4) == []
    assert told(8, panels=4) == []
    assert told(1) == []  # not even one panel: told when the seats are filled


def test_more_parallel_panels_than_people() -> None:
    """Four panels of two experts need eight people; five are planned."""
    (found,) = told(5, panels=4)
    assert found.severity == "warning" and found.rule == "evaluation.stages.paper.panel"
    assert "외부 전문가 5명" in found.what["ko"] and "5 external experts" in found.what["en"]
    assert any("8석, 명부에 5명" in line["ko"] for line in found.told)
    assert any("3 more in the pool" in way["en"] for way in found.ways)


def test_a_quota_that_the_pool_cannot_give() -> None:
    """Two panels of two women each, and three of five people are women."""
    (found,) = told(5, panels=2, women_percent=100, market_experts_percent=0)
    assert any("여성" in line["ko"] and "women" in line["en"] for line in found.told)
    assert any("여성" in way["ko"] for way in found.ways)
    assert not any("gender" in line["ko"] + line["en"] for line in (*found.told, *found.ways))


def test_panels_that_are_assigned_are_not_drawn() -> None:
    assert told(5, panels=4, draw="assignment") == []
