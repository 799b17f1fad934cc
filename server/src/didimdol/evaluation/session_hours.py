"""The hours of a round's sessions, and what they must obey beside: enough minutes for what the rulebook promises. KST."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from didimdol.design.texts import when_text
from didimdol.evaluation.models import Round, SessionPlan
from didimdol.kernel.words import Text, text
from didimdol.programmes.queries import rules_of
from didimdol.programmes.rulebook.evaluation import PresentationRules
from didimdol.programmes.timetables import slots
from didimdol.programmes.timetables.slots import Hours, days_of, last_of

USUAL = 30  # minutes, where the rulebook says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionHours(Hours):
    """``answers_until``: until then evaluators and applicants say when they cannot."""

    answers_until: datetime


def hours_of(plan: SessionPlan) -> SessionHours:
    return SessionHours(
        days=days_of(plan.days),
        starts=plan.starts,
        ends=plan.ends,
        minutes=plan.minutes,
        lunch_from=plan.lunch_from,
        lunch_to=plan.lunch_to,
        longest=plan.longest,
        venue=plan.venue,
        answers_until=plan.answers_until,
    )


def presents(round: Round) -> bool:
    """Do applicants come before the panel in this stage?"""
    stage = rules_of(round.challenge).stage(round.stage)
    return stage.kind == "presentation" or stage.presentation is not None


def presentation_of(round: Round) -> PresentationRules | None:
    return rules_of(round.challenge).stage(round.stage).presentation


def promised(round: Round) -> int:
    """Minutes that the rulebook gives a presentation with its questions; 0: it says nothing."""
    rule = presentation_of(round)
    return rule.talk_minutes + rule.questions_minutes + rule.demand_minutes if rule else 0


def first_hours(round: Round) -> dict[str, Any]:
    """What the form begins with."""
    found = slots.first_hours(10, 5)
    return {**found, "minutes": promised(round) or USUAL, "answers_until": found.get("until")}


def check(round: Round, hours: SessionHours, *, before: SessionHours | None = None) -> None:
    """Raises BadInput, which names the field. ``before``: the hours that these change."""
    slots.check("bad_session_hours", _wrong(round, hours, before))


def _wrong(round: Round, hours: SessionHours, before: SessionHours | None) -> Iterator[tuple[str, Text]]:
    wrong = dict(slots.wrong_hours(hours))
    yield from wrong.items()
    needed = promised(round)
    if "minutes" not in wrong and hours.minutes < needed:
        yield (
            "minutes",
            text(
                f"규칙집은 발표와 질의응답에 {needed}분을 줍니다. {needed}분 이상을 적어 주십시오.",
                f"The rulebook gives presentation and questions {needed} minutes: give {needed} or more.",
            ),
        )
    if not wrong and last_of(hours) > round.closes_at:
        closes = when_text(round.closes_at)
        yield (
            "ends",
            text(
                f"평가 마감({closes})보다 먼저 끝나야 합니다. 날을 앞당기거나 평가 마감을 연장하십시오.",
                f"The round closes at {closes}: end before it, or extend the round.",
            ),
        )
    if not wrong.keys() - {"longest"}:
        yield from slots.wrong_closing(
            "answers_until", hours.answers_until, hours, before.answers_until if before else None
        )
