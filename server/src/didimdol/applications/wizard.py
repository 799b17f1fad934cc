"""What every page of the wizard shows: the steps, what is missing, how long there is."""

from __future__ import annotations

from typing import Any

from didimdol.applications import rules
from didimdol.applications.completeness import Gap, contents_of, gaps, of_step
from didimdol.applications.models import Application
from didimdol.applications.steps import BY_KEY, STOPS
from didimdol.design.parts import Step, StoneState
from didimdol.kernel.actor import Actor
from didimdol.kernel.words import pick, text


def wizard_context(actor: Actor, application: Application, current: str) -> dict[str, Any]:
    rulebook = rules.rules_for(application)
    contents = contents_of(application)
    found = gaps(application, rulebook, contents, consents=False)
    return {
        "application": application,
        "challenge": application.challenge,
        "rulebook": rulebook,
        "contents": contents,
        "gaps": found,
        "step_gaps": of_step(found, current),
        "steps": steps(application, found, current),
        "step": BY_KEY[current],
        "next_url": next_url(application, current),
        "deadline": rules.last_moment(application.challenge, rulebook),
        "may_write": rules.may_write(actor, application),
    }


def steps(application: Application, found: list[Gap], current: str) -> list[Step]:
    result = []
    for stop in STOPS:
        missing = len(of_step(found, stop.key)) if stop.key != "check" else len(found)
        done: StoneState = "done" if not missing and stop.key != "check" else "next"
        detail = text(f"{missing}개 남음", f"{missing} left") if missing else text("", "")
        result.append(
            Step(
                label=pick(stop.label),
                state="now" if stop.key == current else done,
                url=stop.url(application.pk),
                detail=pick(detail),
            )
        )
    return result


def next_url(application: Application, current: str) -> str:
    keys = [stop.key for stop in STOPS]
    return STOPS[min(keys.index(current) + 1, len(STOPS) - 1)].url(application.pk)
