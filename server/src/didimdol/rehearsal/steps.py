"""The runner: a challenge as a list of steps, each timed; what goes wrong becomes a finding."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from didimdol.kernel.problems import Problem
from didimdol.kernel.words import Text, text
from didimdol.rehearsal.findings import ONE_OF, Finding, Severity

if TYPE_CHECKING:
    from didimdol.rehearsal.world import World

#: (event, plain data): "begin" {key, label}, "progress" {key, done, total}, "end" {key, state, seconds, note}
Tell = Callable[[str, dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Step:
    """One part of the way. ``run`` moves the clock, calls the product's actions, and may answer with a line about it."""

    key: str
    label: Text
    run: Callable[[World], Text | None]


@dataclass(slots=True)
class Done:
    """A step as it went. ``state``: done, failed, not_reached."""

    key: str
    label: Text
    state: str
    seconds: float
    note: Text | None = None
    events: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "label": self.label,
            "state": self.state,
            "seconds": round(self.seconds, 2),
            "note": self.note,
            "events": self.events,
        }


def play(world: World, steps: Sequence[Step], tell: Tell) -> list[Done]:
    """Run the steps in order. The first that cannot go on ends the rehearsal; the rest is not reached."""
    played: list[Done] = []
    ended = False
    for step in steps:
        if ended:
            played.append(Done(step.key, step.label, "not_reached", 0.0))
            continue
        tell("begin", {"key": step.key, "label": step.label})
        world.enter(step.key, tell)
        started = time.monotonic()
        note, state = None, "done"
        try:
            note = step.run(world)
        except Problem as problem:
            state = "failed"
            world.find(refusal(problem, step))
        except Exception as error:  # noqa: BLE001  (a fault of the software is a finding too)
            state = "failed"
            traceback.print_exc(file=sys.stderr)
            world.find(fault(error, step))
        finally:
            world.leave()
        ended = state == "failed"
        done = Done(step.key, step.label, state, time.monotonic() - started, note, world.acted())
        played.append(done)
        tell("end", done.as_json())
    return played


def refusal(problem: Problem, step: Step) -> Finding:
    """The product refused what the calendar says happens now: its own words name the rule and the way out."""
    label, ways = step.label, tuple(getattr(problem, "ways", ()))
    remedy = ONE_OF if ways else problem.remedy
    return Finding(
        Severity.BLOCKING,
        "way",
        text(
            f"‘{label['ko']}’에서 막혔습니다. {problem.message['ko']}",
            f"Stuck at “{label['en']}”. {problem.message['en']}",
        ),
        remedy
        if remedy["ko"]
        else text(
            "규칙집이나 일정에서 이 단계를 막는 규칙을 고치십시오.", "Change the rule or date that stops this step."
        ),
        step=step.key,
        certificate=problem.detail.get("certificate"),
        told=tuple(getattr(problem, "told", ())),
        ways=ways,
    )


def fault(error: Exception, step: Step) -> Finding:
    label, said = step.label, f"{type(error).__name__}: {error}"[:300]
    return Finding(
        Severity.BLOCKING,
        "way",
        text(
            f"‘{label['ko']}’에서 프로그램 오류가 났습니다({said}).",
            f"A fault of the software at “{label['en']}” ({said}).",
        ),
        text(
            "이 보고서와 함께 플랫폼 운영자에게 알려 주십시오.", "Please tell the platform's staff, with this report."
        ),
        step=step.key,
    )
