"""From the sheets of a panel to grades and best projects: plain inputs, didimdol_decide, and back."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid5

from didimdol.evaluation.guards import point_problem
from didimdol.programmes.queries import rules_of
from didimdol.projects.models import Final, Project, Review
from didimdol_decide.canonical import plain
from didimdol_decide.record import SelectionInputs, SelectionOutcome
from didimdol_decide.rules import StageRule

#: a project that ended otherwise leaves the final with this reason
ENDED = "project_ended"
GRADED, BEST = "grade", "best"


@dataclass(frozen=True, slots=True)
class Result:
    """``total``: 0..100 as written in the record, "" where too few reviewed. ``grade`` of a grading final, ``best`` of
    a choice of the best; ``excluded``: the project has ended in the meantime."""

    project: Project
    total: str
    rank: int | None
    grade: str
    best: bool
    excluded: bool


def rule_of(final: Final) -> StageRule:
    return StageRule.model_validate(final.rule)


def projects_of(final: Final) -> list[Project]:
    """The projects under review, by number."""
    ids = Review.objects.within(final=final).values("project")
    found = Project.objects.within(challenge=final.challenge_id, pk__in=ids)
    return list(found.select_related("field", "startup", "company", "demand", "place").order_by("number"))


def inputs_of(final: Final) -> SelectionInputs:
    """All that the outcome depends on. No name enters: reviewers get a pseudonym of this final."""
    challenge, rule, projects = final.challenge, rule_of(final), projects_of(final)
    rulebook = rules_of(challenge)
    assert challenge.rulebook is not None
    standing = "active" if final.kind == GRADED else "evaluated"
    ballots = [
        {
            "application": str(review.project_id),
            "evaluator": str(uuid5(final.pk, str(review.person_id))),
            "body": review.body,
            "points": review.scores,
        }
        for review in Review.objects.within(final=final, state="locked").order_by("project", "person")
    ]
    places = max(1, len(projects) if final.kind == GRADED else rulebook.outcomes.best_projects)
    return SelectionInputs.model_validate(
        {
            "rulebook_digest": challenge.rulebook.digest,
            "stages": [rule],
            "selection": {"stage_weights": {rule.key: 1}, "quota": places, "decimals": rule.decimals},
            "applications": [
                {"id": str(p.pk), "field": p.field.key, "excluded": None if p.state == standing else ENDED}
                for p in projects
            ],
            "ballots": {rule.key: ballots},
            "lottery": {"commitment": final.lottery_commitment, "seed": final.lottery_seed},
            "title": {"ko": challenge.name["ko"], "en": challenge.name.get("en") or None},
        }
    ).in_order()


def results_of(final: Final, outcome: SelectionOutcome | None = None) -> list[Result]:
    """What the computed outcome says, by number of the project; none before it was computed."""
    if outcome is None:
        if not final.outcome:
            return []
        outcome = SelectionOutcome.model_validate(final.outcome)
    rule, bands = rule_of(final), rules_of(final.challenge).outcomes.final.grades
    scores, results = outcome.scores[rule.key], []
    for project in projects_of(final):
        score, entry = scores.get(str(project.pk)), outcome.ranking.of(str(project.pk))
        total: Decimal | None = score.total if score is not None else None
        excluded = entry.outcome == "excluded"
        grade = ""
        if final.kind == GRADED and not excluded:
            # 세부관리기준: without enough reviews there is no grade yet; a later final gives it.
            grade = "deferred" if total is None else bands.of(total)
        results.append(
            Result(
                project=project,
                total="" if total is None else plain(total),
                rank=entry.rank,
                grade=grade,
                best=final.kind == BEST and entry.outcome == "selected",
                excluded=excluded,
            )
        )
    return results


def gaps(rule: StageRule, body: str, scores: dict[str, Any]) -> list[Any]:
    """The criteria of the body that have no valid points yet."""
    return [c for c in rule.body(body).criteria if point_problem(str(scores.get(c.key, "")), c) is not None]
