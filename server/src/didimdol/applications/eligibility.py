"""The self-check: every rule with its source, what was answered, and what follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from didimdol.applications.models import Application
from didimdol.kernel import clock
from didimdol.kernel.words import Text, text
from didimdol.programmes.loading import as_text
from didimdol.programmes.rulebook import Rulebook

Result = Literal["met", "not_met", "open"]
AGE = "founded"  # the rule that the server answers itself, from the startup's founding day


@dataclass(frozen=True, slots=True)
class Outcome:
    """``open``: not answered yet. ``explanation``: why it matters, shown with the outcome. ``computed``: by the server."""

    key: str
    question: Text
    result: Result
    explanation: Text
    answer: bool | None = None
    help: Text | None = None
    source: str = ""
    evidence: str = ""
    computed: bool = False

    @property
    def verdict(self) -> str:
        """As the design's badge calls it."""
        return {"met": "met", "not_met": "not_met", "open": "pending"}[self.result]


def outcomes(application: Application, rulebook: Rulebook) -> list[Outcome]:
    return [age_outcome(application, rulebook), *question_outcomes(application, rulebook)]


def question_outcomes(application: Application, rulebook: Rulebook) -> list[Outcome]:
    found = []
    for entry in rulebook.eligibility.questions:
        answer = application.eligibility.get(entry.key)
        answer = answer if isinstance(answer, bool) else None
        result: Result = "open" if answer is None else "met" if answer is entry.required else "not_met"
        found.append(
            Outcome(
                key=entry.key,
                question=as_text(entry.question),
                result=result,
                explanation=as_text(entry.explanation),
                answer=answer,
                help=as_text(entry.help) if entry.help else None,
                source=entry.source or "",
                evidence=entry.evidence or "",
            )
        )
    return found


def age_outcome(application: Application, rulebook: Rulebook) -> Outcome:
    """Founded no more than ``max_age_years`` before the day the call opens; the anniversary itself still counts
    (운영요령 §6③: "개시한 날부터 N년이 지나지 아니한"; the first day is not counted, 민법 §157)."""
    rule, founded = rulebook.eligibility, application.startup.founded_on
    opens = application.challenge.opens_at
    result: Result
    if founded is None:
        result = "met" if rule.pre_founders else "open"
        explanation = (
            text("예비창업자도 신청할 수 있습니다.", "Founders who have not registered yet may apply.")
            if rule.pre_founders
            else text("창업기업의 개업일이 등록되어 있지 않습니다.", "The startup's founding day is not registered.")
        )
    else:
        day = (opens or clock.now()).astimezone(clock.KST).date()
        last = anniversary(founded, rule.max_age_years)
        result = "met" if day <= last else "not_met"
        explanation = text(
            f"개업일 {founded:%Y-%m-%d}, 업력 {rule.max_age_years}년이 되는 날 {last:%Y-%m-%d}, 접수 시작일 {day:%Y-%m-%d}.",
            f"Founded {founded:%Y-%m-%d}; {rule.max_age_years} years are full on {last:%Y-%m-%d}; "
            f"the call opens on {day:%Y-%m-%d}.",
        )
    return Outcome(
        key=AGE,
        question=text(
            f"접수 시작일 기준 창업 {rule.max_age_years}년 이내입니다.",
            f"The startup is no older than {rule.max_age_years} years on the day the call opens.",
        ),
        result=result,
        explanation=explanation,
        source=rule.source or "",
        computed=True,
    )


def anniversary(day: date, years: int) -> date:
    """The same day ``years`` later; the last of February where it does not exist (민법 §160③)."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
