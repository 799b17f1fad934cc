"""Who may apply: the self-check, and the exclusions in words."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .base import Key, Part, Text, Words


class EligibilityQuestion(Part):
    """A yes-or-no question, the answer that is needed, and why. `evidence`: the document proving it."""

    key: Key
    question: Text
    help: Text | None = None
    required: bool
    explanation: Text
    evidence: Key | None = None
    source: Words | None = None


class Exclusion(Part):
    key: Key
    text: Text
    source: Words | None = None


class EligibilityRules(Part):
    """max_age_years: years since founding on the day the call opens (운영요령 §6③: 7; new industries 10)."""

    max_age_years: Annotated[int, Field(ge=1, le=100)] = 10
    pre_founders: bool = False
    questions: Annotated[tuple[EligibilityQuestion, ...], Field(max_length=100)] = ()
    excluded: Annotated[tuple[Exclusion, ...], Field(max_length=100)] = ()
    source: Words | None = None


class UnmetQuestion(Part):
    """A self-check answer that stands in the way."""

    question: Key
    explanation: Text


def self_check(rules: EligibilityRules, answers: dict[str, bool]) -> list[UnmetQuestion]:
    """Every question not answered, or answered otherwise than needed, in the order of the rulebook."""
    return [
        UnmetQuestion(question=entry.key, explanation=entry.explanation)
        for entry in rules.questions
        if answers.get(entry.key) is not entry.required
    ]
