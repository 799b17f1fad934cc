"""Budgets of a matching, and how many startups of a group it takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from .base import Key, Part, Text, Won

ShortKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(-[a-z0-9_]+)*$", max_length=40)]
"""A key with room for what the record puts before and behind it."""


class Reach(Part):
    """Which demands a rule is about: those in `fields`, or of `companies` (parties of the rulebook); neither: all."""

    key: ShortKey
    name: Text
    fields: Annotated[tuple[Key, ...], Field(max_length=500)] = ()
    companies: Annotated[tuple[Key, ...], Field(max_length=200)] = ()


class MatchingBudget(Reach):
    """The startups of these demands together ask for at most `amount` of collaboration money. A startup costs what it
    asks for (`grant.requested_in`), the cap where it does not say."""

    amount: Annotated[Won, Field(gt=0)]


class StartupGroup(Part):
    """By an answer of the form: to a choice one of `options`, to a yes-or-no question `answer`."""

    question: Key
    options: Annotated[tuple[Key, ...], Field(max_length=100)] = ()
    answer: bool | None = None

    def holds(self, answers: Mapping[str, Any]) -> bool:
        """Whether a startup that answered so is one of them; without an answer it is not."""
        given = answers.get(self.question)
        if self.answer is not None:
            return given is self.answer
        return any(option in self.options for option in (given if isinstance(given, list) else [given]))


class GroupReserve(Reach):
    """At least and at most so many startups (of the group; without `of` any) in these demands together; with
    `each_demand` in each of them."""

    of: StartupGroup | None = None
    each_demand: bool = False
    at_least: Annotated[int, Field(ge=0, le=10_000)] = 0
    at_most: Annotated[int, Field(ge=0, le=10_000)] | None = None
