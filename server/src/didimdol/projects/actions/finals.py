"""The final evaluation of a challenge's projects, and the choice of its best ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from didimdol.evaluation.guards import of_company, point_problem, words_of
from didimdol.kernel import clock
from didimdol.kernel.access import Access, Denied, require
from didimdol.kernel.action import action, audit, check_version, locked, locked_all, notify, save
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import Text, normal, text
from didimdol.people.models import Person
from didimdol.people.queries import person_of, persons_with
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import rules_of
from didimdol.projects import final_computing as computing
from didimdol.projects import final_rules as rules
from didimdol.projects.enums import FINAL_KINDS, GRADES
from didimdol.projects.models import Final, Project, Review
from didimdol.projects.rules import COMPANY, STARTUP
from didimdol.projects.signals import project_graded
from didimdol.projects.states.final import FINAL, REVIEW
from didimdol.projects.states.project import PROJECT
from didimdol.records import keys
from didimdol.records.sealing import seal
from didimdol_decide.canonical import plain
from didimdol_decide.lottery import commitment, new_seed
from didimdol_decide.record import SelectionInputs, compute, own_view, seal_selection
from didimdol_decide.rules import StageRule

Panel = Iterable[tuple[Person, str]]


@action
def open_final(
    *,
    actor: Actor,
    challenge: Challenge,
    kind: str,
    closes_at: datetime,
    panel: Panel,
    projects: Iterable[Project] | None = None,
) -> Final:
    """Name the panel and begin. ``kind``: grade, best. ``panel``: (person, body) pairs. ``projects``: those to be
    reviewed; None: every running project (grade), or the outstanding and good ones, and the fair ones where those are
    too few (best). Each gets the experts, and the people of its own demand company; who accepted or signed something of
    a project does not review it. Raises AccessDenied, BadInput (a body short of its quorum, named with the project)."""
    challenge = locked(challenge)
    by = require(rules.may_open(actor, challenge))
    if kind not in FINAL_KINDS:
        raise BadInput("final_kind", _KIND, fields={"kind": _KIND})
    if closes_at <= clock.now():
        raise BadInput("closes_in_the_past", _PAST, fields={"closes_at": _PAST})
    if Final.objects.within(challenge=challenge, kind=kind).exclude(state="released").exists():
        raise BadInput("final_open", *_OPEN)
    final_rules = rules_of(challenge).outcomes.final
    rule = final_rules.rule if kind == computing.GRADED else final_rules.best_rule
    under_review = _projects(challenge, kind, projects)
    seats = _seats(rule, under_review, list(panel))
    seed = new_seed()
    final = Final(
        challenge=challenge,
        kind=kind,
        rule=rule.as_json(),
        closes_at=closes_at,
        opened_by=person_of(actor),
        lottery_seed=seed,
        lottery_commitment=commitment(seed),
    )
    FINAL.enter(
        actor,
        final,
        by=by,
        facts={
            "kind": kind,
            "projects": len(under_review),
            "closes_at": closes_at,
            "lottery_commitment": final.lottery_commitment,
        },
    )
    for project, person, body in seats:
        REVIEW.enter(actor, Review(final=final, project=project, person=person, body=body), facts={"body": body})
    return final


def _projects(challenge: Challenge, kind: str, wanted: Iterable[Project] | None) -> list[Project]:
    """The projects of the final, locked by number; only those that may be in it. Raises BadInput."""
    rows = Project.objects.within(challenge=challenge).select_related("field", "place", "company", "startup")
    able = list(rows.filter(state="active" if kind == computing.GRADED else "evaluated").order_by("number"))
    if kind == computing.BEST:
        able = _worthy(able, rules_of(challenge).outcomes.best_projects)
    if wanted is not None:
        asked = {project.pk for project in wanted}
        strangers = [p for p in rows.filter(pk__in=asked) if p.pk not in {entry.pk for entry in able}]
        known = {p.pk for p in rows.filter(pk__in=asked)}
        if strangers or asked - known:
            number = strangers[0].number if strangers else "–"
            wrong = text(
                f"이 평가에 들어갈 수 없는 과제입니다: {number}", f"This project cannot be in this evaluation: {number}"
            )
            raise BadInput("project_not_eligible", wrong, _ABLE[kind], fields={"projects": wrong})
        able = [project for project in able if project.pk in asked]
    if not able:
        raise BadInput("no_projects", _NOTHING, _ABLE[kind])
    return able


def _worthy(projects: list[Project], places: int) -> list[Project]:
    """Outstanding and good ones; the fair ones too where those do not fill the places."""
    good = [project for project in projects if project.grade in ("outstanding", "good")]
    return good if len(good) >= places else [p for p in projects if p.grade in ("outstanding", "good", "fair")]


def _seats(
    rule: StageRule, projects: list[Project], panel: list[tuple[Person, str]]
) -> list[tuple[Project, Person, str]]:
    """Who reviews what. Raises BadInput: a body that does not exist, a person twice or with nothing to review, a project
    with too few or too many of a body."""
    bodies = {body.key: body for body in rule.bodies}
    seats: list[tuple[Project, Person, str]] = []
    seen: set[object] = set()
    why: dict[object, Access] = {}
    for person, body in panel:
        if body not in bodies:
            wrong = text(f"평가 주체가 아닙니다: {body}", f"There is no body called {body}")
            raise BadInput("unknown_body", wrong, fields={"panel": wrong})
        if person.pk in seen:
            wrong = text(f"위원이 두 번 있습니다: {person.name}", f"Named twice: {person.name}")
            raise BadInput("reviewer_twice", wrong, fields={"panel": wrong})
        seen.add(person.pk)
        before = len(seats)
        for project in projects:
            access = rules.may_review(person, project, body)
            if access:
                seats.append((project, person, body))
            else:
                why[(project.pk, body)] = access
                why[person.pk] = access
        if len(seats) == before:
            reason = why[person.pk].message
            wrong = text(
                f"{person.name} 위원이 평가할 수 있는 과제가 없습니다. {reason['ko']}",
                f"{person.name} can review none of the projects. {reason['en']}",
            )
            raise BadInput("reviewer_without_project", wrong, fields={"panel": wrong})
    count: dict[tuple[object, str], int] = defaultdict(int)
    for project, _, body in seats:
        count[(project.pk, body)] += 1
    for project in projects:
        for key, body_rule in bodies.items():
            have, name = count[(project.pk, key)], words_of(body_rule)
            if body_rule.quorum <= have <= body_rule.seats:
                continue
            excused = why.get((project.pk, key))
            because = excused.message if excused else text("", "")
            wrong = text(
                f"{project.number}: ‘{name['ko']}’ 위원이 {have}명입니다"
                f"({body_rule.quorum}–{body_rule.seats}명 필요). {because['ko']}".rstrip(),
                f"{project.number}: body “{name['en']}” has {have} reviewers"
                f" ({body_rule.quorum} to {body_rule.seats} needed). {because['en']}".rstrip(),
            )
            remedy = _COMPANY_SEAT if of_company(key) else _EXPERT_SEAT
            raise BadInput("panel_size", wrong, remedy, fields={"panel": wrong})
    return seats


# --- one review ----------------------------------------------------------------------------------------------------


@action
def save_review(
    *, actor: Actor, review: Review, scores: Mapping[str, str], comment: str = "", version: int | None = None
) -> Review:
    """Keep a sheet as far as it is filled in. ``scores``: {criterion: "32"}; an empty one is left out.

    Raises AccessDenied, BadInput (points above the maximum, an unknown criterion), Stale.
    """
    review = _held(review)
    by = require(rules.holds_review(actor, review))
    require(_writable(review))
    check_version(review, version)
    review.scores = _clean(review, scores)
    review.comment = normal(comment.strip())
    save(review, "scores", "comment")
    audit("review.saved", review, by=by, facts={"scored": len(review.scores)})
    return review


@action
def lock_review(*, actor: Actor, review: Review) -> Review:
    """Submit the sheet. Raises AccessDenied (not whole, too late, own work), WrongState."""
    review = _held(review)
    if REVIEW.move("lock", actor, review, facts={"body": review.body}):
        review.locked_at = clock.now()
        save(review, "locked_at")
    return review


def _held(review: Review) -> Review:
    # The final first: computing waits for a sheet being locked, and a sheet for the computing.
    final = locked(review.final)
    review = locked(review)
    review.final = final
    return review


def _writable(review: Review) -> Access:
    if review.state != "draft":
        return Denied("review_locked")
    return rules.in_time(review)


def _clean(review: Review, scores: Mapping[str, str]) -> dict[str, str]:
    body = computing.rule_of(review.final).body(review.body)
    known = {criterion.key: criterion for criterion in body.criteria}
    wrong: dict[str, Text] = {}
    kept: dict[str, str] = {}
    for key, value in scores.items():
        written = str(value).strip()
        if key not in known:
            wrong["scores"] = text(f"평가표에 없는 항목입니다: {key}", f"Not on the sheet: {key}")
        elif written and (problem := point_problem(written, known[key])) is not None:
            wrong[key] = problem
        elif written:
            kept[key] = plain(Decimal(written))
    if wrong:
        raise BadInput("review_points", _POINTS, fields=wrong)
    return kept


# --- the outcome ---------------------------------------------------------------------------------------------------


@action
def compute_final(*, actor: Actor, final: Final) -> Final:
    """Compute the outcome from the locked sheets: all are in, or the time is up. May be repeated until the release.

    Raises AccessDenied, WrongState.
    """
    final = locked(final)
    FINAL.move("compute", actor, final, facts={"kind": final.kind})
    for review in locked_all(list(final.reviews.filter(state="draft"))):
        review.final = final
        REVIEW.move("close", SYSTEM, review)
    inputs = computing.inputs_of(final)
    final.inputs, final.outcome = inputs.as_json(), compute(inputs).as_json()
    final.computed_by, final.computed_at = person_of(actor), clock.now()
    save(final, "inputs", "outcome", "computed_by", "computed_at")
    return final


@action
def release_final(*, actor: Actor, final: Final) -> Final:
    """Release all at once: seal the records, give the grades or name the best, tell everybody. Never undone.

    Raises AccessDenied (also for the person who computed it, or where something changed since), WrongState.
    """
    final = locked(final)
    if final.state == "computed":
        locked_all(computing.projects_of(final))
    if not FINAL.move("release", actor, final, facts={"kind": final.kind}):
        return final
    final.released_at = clock.now()
    results = computing.results_of(final)
    _seal(final, [result for result in results if not result.excluded])
    save(final, "released_at", "record")
    for result in results:
        if not result.excluded:
            _give(actor, final, result)
    return final


def _give(actor: Actor, final: Final, result: computing.Result) -> None:
    project = locked(result.project)
    if final.kind == computing.BEST:
        if not result.best:
            return
        project.best = True
        save(project, "best")
        audit("project.named_best", project, facts={"final": final.pk})
        _tell(project, text("최종 우수과제로 선정되었습니다", "Named one of the best projects"))
        return
    project.grade = result.grade
    save(project, "grade")
    audit("project.grade_given", project, facts={"grade": result.grade, "final": final.pk})
    if result.grade != "deferred":
        PROJECT.move("grade", actor, project, facts={"grade": result.grade})
        project_graded.send(Project, project=project, actor=actor)
    grade = GRADES[result.grade]
    _tell(project, text(f"최종평가 등급: {grade['ko']}", f"Final grade: {grade['en']}"))


def _tell(project: Project, subject: Text) -> None:
    people = persons_with(*STARTUP, organisation=project.startup_id, challenge=project.challenge_id)
    people += persons_with(*COMPANY, organisation=project.company_id, challenge=project.challenge_id)
    notify(
        [person.id for person in people],
        subject=text(f"{subject['ko']} · {project.number}", f"{subject['en']} · {project.number}"),
        body=_RESULT,
        url=project.get_absolute_url(),
    )


def _seal(final: Final, results: list[computing.Result]) -> None:
    """The full record for the auditor, and for each startup its own line with what opens it."""
    key_id, private_key = keys.current()
    moment = clock.now().astimezone(clock.KST).isoformat(timespec="seconds")
    inputs = SelectionInputs.model_validate(final.inputs)
    full = seal_selection(inputs.model_copy(update={"sealed_at": moment}), private_key, key_id)
    final.record = seal(
        kind="final", tier="full", subject_id=final.pk, challenge=final.challenge_id, organisation=None,
        document=full, digest=str(full["digest"]),
    )  # fmt: skip
    for result in results:
        project = result.project
        own = own_view(full, str(project.pk))
        seal(
            kind="final", tier="own", subject_id=project.pk, challenge=final.challenge_id,
            organisation=project.startup_id, document=own, digest=str(own["digest"]),
        )  # fmt: skip


_KIND = text("최종평가 또는 우수과제 선정을 고르십시오.", "Choose the final evaluation or the choice of the best.")
_PAST = text("마감 시각이 이미 지났습니다.", "The closing time has passed already.")
_OPEN = (
    text("진행 중인 평가가 이미 있습니다.", "One is under way already."),
    text("그 평가의 결과를 공개한 뒤에 새로 여십시오.", "Release its result before you open another."),
)
_NOTHING = text("평가할 과제가 없습니다.", "There is no project to review.")
_ABLE: dict[str, Text] = {
    "grade": text("협약이 체결되어 수행 중인 과제만 평가합니다.", "Only signed, running projects are graded."),
    "best": text(
        "최우수·우수(모자라면 보통) 등급의 과제에서 고릅니다.",
        "They are chosen among outstanding and good projects (fair ones where those are too few).",
    ),
}
_COMPANY_SEAT = text(
    "그 과제를 인수하거나 시험에 서명하지 않은 수요기업 위원을 넣거나 빼십시오.",
    "Name people of its demand company who neither accepted nor signed anything of it, or name fewer.",
)
_EXPERT_SEAT = text("이해충돌이 없는 전문가를 더 넣거나 빼십시오.", "Name more experts without a conflict, or fewer.")
_POINTS = text("점수를 고쳐 주십시오.", "Please mend the points.")
_RESULT = text(
    "결과와 스스로 확인할 수 있는 봉인 기록을 과제 화면에서 보실 수 있습니다.",
    "The project's page shows the result, with the sealed record that lets you check it.",
)
