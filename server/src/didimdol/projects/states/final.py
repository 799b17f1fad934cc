"""A final evaluation and its reviews: what they may become, by whom, and whom each waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from didimdol.evaluation.guards import words_of
from didimdol.kernel.access import Access, Allowed, Denied
from didimdol.kernel.transitions import Move, State, Table, WaitFor
from didimdol.kernel.words import Text, pick, text
from didimdol.people.enums import Role
from didimdol.projects import final_computing as computing
from didimdol.projects import final_rules as rules
from didimdol.projects.enums import FINAL_KINDS
from didimdol.projects.models import Final, Review
from didimdol.projects.rules import by_system


def _operator(role: Role, what: Text) -> Callable[[Final], Iterable[WaitFor]]:
    def waits(final: Final) -> Iterable[WaitFor]:
        challenge, kind = final.challenge, FINAL_KINDS[final.kind]
        yield WaitFor(
            text(
                f"{kind['ko']}: {what['ko']} · {pick(challenge.name, 'ko')}",
                f"{kind['en']}: {what['en']} · {pick(challenge.name, 'en')}",
            ),
            final.get_absolute_url(),
            role=role.value,
            organisation=challenge.programme.operator_id,
            challenge=challenge.pk,
            until=final.closes_at if final.state == "collecting" else None,
        )

    return waits


def _reviewer(review: Review) -> Iterable[WaitFor]:
    number = review.project.number
    yield WaitFor(
        text(f"과제를 평가해 주십시오 · {number}", f"Review the project · {number}"),
        review.get_absolute_url(),
        person=review.person_id,
        until=review.final.closes_at,
    )


def as_computed(final: Final) -> Access:
    """What is released is what the sheets and projects say now."""
    same = computing.inputs_of(final).as_json() == final.inputs
    return Allowed if same else Denied("final_changed")


def complete(review: Review) -> Access:
    lacking = computing.gaps(computing.rule_of(review.final), review.body, review.scores)
    if not lacking:
        return rules.in_time(review)
    names = [words_of(criterion) for criterion in lacking]
    return Denied(
        "review_incomplete",
        missing_ko=", ".join(name["ko"] for name in names),
        missing_en=", ".join(name["en"] for name in names),
    )


FINAL = Table(
    "final",
    State("collecting", "평가 중", "Being reviewed",
          waits=_operator(Role.COORDINATOR, text("평가표가 모두 제출되면 집계해 주십시오", "Compute it once every review is locked"))),
    State("computed", "집계됨", "Computed",
          waits=_operator(Role.MANAGER, text("집계한 결과를 확인하고 공개해 주십시오", "Check the outcome and release it"))),
    State("released", "공개됨", "Released", kind="ok", final=True),
    Move("compute", ("collecting", "computed"), "computed", rules.may_compute, "집계", "Compute", guard=rules.all_in),
    Move("release", "computed", "released", rules.may_release, "결과 공개", "Release", guard=as_computed),
)  # fmt: skip

REVIEW = Table(
    "review",
    State("draft", "작성 중", "In progress", waits=_reviewer),
    State("locked", "제출 완료", "Locked", kind="ok", final=True),
    State("closed", "미제출 마감", "Closed without it", kind="quiet", final=True),
    Move("lock", "draft", "locked", rules.holds_review, "제출", "Lock", guard=complete),
    Move("close", "draft", "closed", by_system, "미제출 마감", "Close without it"),
)  # fmt: skip
