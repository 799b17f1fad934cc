"""Writes of the evaluation."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.urls import reverse

from didimdol.design.texts import when_text
from didimdol.evaluation import queries, rules
from didimdol.evaluation.assigning import solve
from didimdol.evaluation.enums import GROUNDS, Standing
from didimdol.evaluation.guards import body_of, gaps, in_time, of_company, point_problem, stage_of, stage_rules
from didimdol.evaluation.models import AssignmentRecord, Ballot, Conflict, Round, Seat
from didimdol.evaluation.signals import ballots_settled, round_opened
from didimdol.evaluation.states import BALLOT, ROUND, SEAT
from didimdol.kernel import clock
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, check_version, locked, notify, save, wait
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import BadInput, WrongState
from didimdol.kernel.words import Text, normal, text
from didimdol.people import rules as people_rules
from didimdol.people.enums import Role
from didimdol.people.models import Organisation, Person, RoleAssignment
from didimdol.people.queries import in_force
from didimdol.programmes import actions as programme_actions
from didimdol.programmes import rules as programme_rules
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import phase, rules_of
from didimdol_decide.lottery import commitment

MOST_COMMENT = 4000


# --- rounds --------------------------------------------------------------------------------------------------------


@action
def open_round(*, actor: Actor, challenge: Challenge, stage: str, closes_at: datetime) -> Round:
    """Open the evaluation of a stage. Raises WrongState while applications still come in, BadInput for the stage or time."""
    by = require(programme_rules.runs_evaluation(actor, challenge))
    challenge = locked(challenge)
    if phase(challenge) not in ("closed", "evaluating"):
        raise WrongState(
            "call_not_closed",
            text("접수가 끝난 뒤에 평가를 시작할 수 있습니다.", "The evaluation starts after the call has closed."),
        )
    keys = [rule.key for rule in stage_rules(rules_of(challenge))]
    if stage not in keys:
        raise _bad(
            "stage",
            "unknown_stage",
            text(f"평가 단계 ‘{stage}’이(가) 규칙집에 없습니다.", f"The rulebook has no stage “{stage}”."),
            text("가능한 단계: " + ", ".join(keys), "Stages: " + ", ".join(keys)),
        )
    _require_ahead(closes_at)
    if Round.objects.within(challenge=challenge, stage=stage).exists():
        raise WrongState(
            "round_exists",
            text("이 단계의 평가가 이미 열려 있습니다.", "The evaluation of this stage is open already."),
        )
    # One draw decides ties in every stage, so that the final ranking repeats each shortlist exactly.
    first = Round.objects.within(challenge=challenge).order_by("position").first()
    seed = first.lottery_seed if first else secrets.token_hex(32)
    round = Round(
        challenge=challenge,
        stage=stage,
        position=keys.index(stage),
        closes_at=closes_at,
        lottery_seed=seed,
        lottery_commitment=commitment(seed),
    )
    if not queries.evaluated(round):
        raise WrongState("nothing_to_evaluate", text("평가할 신청이 없습니다.", "There is no application to evaluate."))
    if challenge.state == "announced":
        round.challenge = programme_actions.start_evaluation(actor=actor, challenge=challenge)
    ROUND.enter(actor, round, by=by, facts={"stage": stage, "lottery_commitment": round.lottery_commitment})
    round_opened.send(Round, round=round)
    return round


@action
def extend_round(*, actor: Actor, round: Round, closes_at: datetime, reason: str) -> Round:
    """Give the evaluators more time; they are told why. Raises WrongState, BadInput (no reason, not later)."""
    round = locked(round)
    by = require(rules.conducts(actor, round))
    if round.state == "closed":
        raise WrongState(
            "round_closed", text("마감한 평가는 연장할 수 없습니다.", "A closed round cannot be extended.")
        )
    _require_ahead(closes_at)
    if closes_at <= round.closes_at:
        raise _bad(
            "closes_at",
            "closes_earlier",
            text("지금 마감보다 뒤여야 합니다.", "It must be later than the present closing time."),
        )
    reason = _reason(reason)
    before, round.closes_at = round.closes_at, closes_at
    save(round, "closes_at")
    audit("round.extended", round, by=by, facts={"from": before, "to": closes_at}, personal={"reason": reason})
    ROUND.tell_waits(round)
    for ballot in Ballot.objects.within(seat__round=round).filter(state="draft"):
        BALLOT.tell_waits(ballot)
    for seat in round.seats.filter(state="invited"):
        SEAT.tell_waits(seat)
    notify(
        [seat.person_id for seat in round.seats.exclude(state="vacated")],
        subject=text("평가 마감이 연장되었습니다", "The evaluation has been extended"),
        body=text(
            f"새 마감: {when_text(closes_at)}. 사유: {reason}",
            f"New closing time: {when_text(closes_at)}. Reason: {reason}",
        ),
        url=round.get_absolute_url(),
    )
    return round


@action
def close_round(*, actor: Actor, round: Round) -> Round:
    """End the scoring: every ballot is locked, or the closing time has passed."""
    round = locked(round)
    ballots = Ballot.objects.within(seat__round=round)
    missed = list(ballots.filter(state="draft"))
    facts = {"stage": round.stage, "locked": ballots.filter(state="locked").count(), "not_locked": len(missed)}
    if ROUND.move("close", actor, round, facts=facts):
        for ballot in missed:
            wait(ballot, [])  # nobody waits for it any more
        ballots_settled.send(Round, round=round, applications=None)
    return round


# --- seats ---------------------------------------------------------------------------------------------------------


@action
def seat_evaluator(
    *,
    actor: Actor,
    round: Round,
    person: Person,
    organisation: Organisation,
    body: str,
    fields: list[str] | None = None,
    most: int = 50,
) -> Seat:
    """Give a person a seat. Raises BadInput when they cannot sit for this body, WrongState once applications are assigned."""
    by = require(rules.conducts(actor, round))
    round = locked(round)
    if round.state not in ("preparing", "declaring"):
        raise WrongState(
            "too_late_to_seat",
            text("배정이 끝나 위원을 더할 수 없습니다.", "The applications are assigned; no seat can be added."),
        )
    if body not in [b.key for b in stage_of(round).bodies]:
        raise _bad(
            "body",
            "unknown_body",
            text(f"평가 주체 ‘{body}’이(가) 규칙집에 없습니다.", f"The rulebook has no body “{body}”."),
        )
    if round.seats.filter(person=person).exclude(state="vacated").exists():
        raise _bad("person", "seated_already", text("이미 이 평가의 위원입니다.", "This person has a seat already."))
    if not 1 <= most <= 1000:
        raise _bad(
            "most",
            "most_out_of_range",
            text("1건에서 1,000건까지 정할 수 있습니다.", "Between 1 and 1,000 applications."),
        )
    held = _role_held(round, person, organisation, body)
    if of_company(body):
        fields = _company_fields(round, organisation, held, fields)
    else:
        fields = [key for key in fields or [] if round.challenge.fields.filter(key=key).exists()]
    seat = Seat(round=round, person=person, organisation=organisation, body=body, fields=sorted(fields), most=most)
    SEAT.enter(actor, seat, by=by, facts={"body": body, "fields": seat.fields})
    _find_conflicts(seat)
    ROUND.tell_waits(round)
    return seat


def _role_held(round: Round, person: Person, organisation: Organisation, body: str) -> list[RoleAssignment]:
    """The evaluator's roles by which ``person`` may sit. Raises BadInput without one, and for roles that exclude it."""
    role = Role.DEMAND_EVALUATOR if of_company(body) else Role.EXPERT
    all_roles = list(RoleAssignment.objects.within(person=person).filter(in_force()).select_related("organisation"))
    held = [
        r for r in all_roles
        if r.role == role and r.organisation_id == organisation.pk and r.challenge in (None, round.challenge_id)
    ]  # fmt: skip
    if not held:
        raise _bad(
            "person",
            "no_evaluator_role",
            text("이 기관의 평가위원 역할이 없는 사람입니다.", "This person has no evaluator's role for this body."),
            text("먼저 초대하거나 역할을 부여해 주십시오.", "Invite them or give them the role first."),
        )
    # Roles can be given in either order, so what excludes an evaluator is asked again here (통합관리지침 §10⑤).
    clash = people_rules.clash(all_roles, role.value, organisation.pk, round.challenge_id)
    if clash is not None:
        raise _bad(
            "person",
            "role_excludes_seat",
            text(
                "평가위원을 겸할 수 없는 역할이 있는 사람입니다.", "This person holds a role that excludes evaluating."
            ),
        )
    return held


def _company_fields(
    round: Round, organisation: Organisation, held: list[RoleAssignment], wanted: list[str] | None
) -> list[str]:
    own = queries.fields_of_company(round.challenge, organisation)
    if not own:
        raise _bad(
            "person",
            "foreign_company",
            text("이 챌린지의 수요기업이 아닙니다.", "This company has no part in the challenge."),
        )
    if all(r.field for r in held):
        own = [key for key in own if key in {r.field for r in held}]
    chosen = [key for key in wanted if key in own] if wanted else own
    if not chosen:
        raise _bad(
            "fields", "foreign_field", text("이 기업의 분야가 아닙니다.", "These are not fields of this company.")
        )
    return chosen


def _find_conflicts(seat: Seat) -> None:
    """What the platform knows by itself: the evaluator belongs, or belonged, to the applicant (운영요령 §12②)."""
    bodies = {
        seat.organisation_id,
        *RoleAssignment.objects.within(person_id=seat.person_id).values_list("organisation_id", flat=True),
    }
    related = [a for a in queries.evaluated(seat.round) if a.startup_id in bodies]
    for application in related:
        found = Conflict.objects.within(round=seat.round, person_id=seat.person_id, application=application).first()
        if found is not None and found.standing == Standing.FOUND:
            continue
        found = found or Conflict(round=seat.round, person_id=seat.person_id, application=application)
        found.standing, found.ground = Standing.FOUND, "same_body"
        save(found, "standing", "ground")
        audit("conflict.found", found, facts={"ground": "same_body"})


@action
def vacate_seat(*, actor: Actor, seat: Seat, reason: str) -> Seat:
    """Take an evaluator off a panel before they were assigned anything."""
    round = locked(seat.round)
    seat = locked(seat)
    if SEAT.move("vacate", actor, seat, reason=reason):
        ROUND.tell_waits(round)
    return seat


# --- conflicts of interest -----------------------------------------------------------------------------------------


@action
def start_declarations(*, actor: Actor, round: Round) -> Round:
    """Ask every evaluator to declare. Source: 운영요령 §12: conflicts are settled before the evaluation."""
    round = locked(round)
    if not ROUND.move("start_declarations", actor, round):
        return round
    seats = list(round.seats.filter(state="invited"))
    for seat in seats:
        seat.round = round
        SEAT.tell_waits(seat)
    _ask_to_declare(round, seats)
    return round


def _ask_to_declare(round: Round, seats: list[Seat]) -> None:
    notify(
        [seat.person_id for seat in seats],
        subject=text("이해충돌 여부를 신고해 주십시오", "Please declare your conflicts of interest"),
        body=text(
            "평가를 시작하기 전에 신청 기업과의 이해충돌 여부를 신고해 주십시오. 신고하기 전에는 어떤 문서도 열리지 않습니다.",
            "Before the evaluation starts, please declare your conflicts of interest with the applicants. No document opens before that.",
        ),
        url=reverse("evaluation:conflicts", args=[round.pk]),
    )


@action
def declare_conflicts(*, actor: Actor, round: Round, standings: Mapping[UUID, tuple[str, str, str]]) -> Seat:
    """Declare about every applicant: ``{application id: (standing, ground, note)}``; corrected until the assignment.

    Raises BadInput for what is missing ("ID", "ID-ground"), WrongState before the declarations and after the assignment.
    """
    round = locked(round)
    seat = locked(queries.access_seat(actor, round.pk))
    by = require(rules.holds_seat(actor, seat))
    if round.state != "declaring":
        raise WrongState(
            "declarations_not_open",
            text("지금은 이해충돌 신고를 받지 않습니다.", "Declarations are not open now."),
            text("배정된 뒤에는 평가표에서 회피해 주십시오.", "After the assignment, recuse yourself on the ballot."),
        )
    problems: dict[str, Text] = {}
    for application, known in queries.to_declare(seat):
        if known is not None and known.standing == Standing.FOUND:
            continue
        standing, ground, note = standings.get(application.pk, ("", "", ""))
        if standing not in (Standing.NONE, Standing.CONFLICT):
            problems[str(application.pk)] = text("‘있음’과 ‘없음’ 가운데 고르십시오.", "Choose “yes” or “no”.")
        elif standing == Standing.CONFLICT and ground not in GROUNDS:
            problems[f"{application.pk}-ground"] = text(
                "이해충돌의 사유를 고르십시오.", "Choose the ground of the conflict."
            )
        else:
            ground, note = (ground, normal(note).strip()[:2000]) if standing == Standing.CONFLICT else ("", "")
            row = known or Conflict(round=round, person_id=seat.person_id, application=application)
            if known is None or (known.standing, known.ground, known.note) != (standing, ground, note):
                row.standing, row.ground, row.note = standing, ground, note
                save(row, "standing", "ground", "note")
                facts = {"standing": standing, "ground": ground}
                audit("conflict.declared", row, by=by, facts=facts, personal={"note": note} if note else {})
    if problems:
        raise BadInput(
            "declaration_incomplete",
            text(f"고르지 않은 항목이 {len(problems)}개 있습니다.", f"{len(problems)} choices are missing."),
            text("모든 신청 기업에 대해 골라 주십시오.", "Choose for every applicant."),
            fields=problems,
        )
    if SEAT.move("declare", actor, seat):
        ROUND.tell_waits(round)
    return seat


# --- the assignment ------------------------------------------------------------------------------------------------


@action
def assign_ballots(*, actor: Actor, round: Round) -> Round:
    """Assign the applications by min-cost flow and start the scoring. Raises BadInput with the named cause when no
    assignment exists."""
    round = locked(round)
    if not ROUND.move("start_scoring", actor, round):
        return round
    seats = list(round.seats.filter(state="ready").select_related("person", "organisation").order_by("pk"))
    for seat in seats:
        seat.round = round
        _find_conflicts(seat)  # somebody may have joined an applicant since
    applications = queries.evaluated(round)
    problem, found = solve(round, applications, seats)
    content = {
        "problem": problem.as_json(),
        "problem_digest": problem.digest(),
        "assignment": found.as_json(),
    }
    save(AssignmentRecord(round=round, content=content))
    audit(
        "round.assigned",
        round,
        facts={"pairs": len(found.pairs), "problem_digest": problem.digest(), "solver": found.solver},
    )
    by_seat = {str(seat.pk): seat for seat in seats}
    by_application = {str(a.pk): a for a in applications}
    for pair in found.pairs:
        BALLOT.enter(actor, Ballot(seat=by_seat[pair.evaluator], application=by_application[pair.application]))
    ROUND.tell_waits(round)  # until now no ballot was open
    notify(
        [seat.person_id for seat in seats if found.loads.get(str(seat.pk))],
        subject=text("평가할 신청이 배정되었습니다", "Applications are assigned to you"),
        body=text(
            "배정된 신청과 측정 근거를 확인하고 평가표를 제출해 주십시오.",
            "Please read the applications with their measured evidence and lock your ballots.",
        ),
        url=round.get_absolute_url(),
    )
    return round


# --- ballots -------------------------------------------------------------------------------------------------------


@action
def save_ballot(
    *, actor: Actor, ballot: Ballot, points: Mapping[str, str], comments: Mapping[str, str], version: int | None = None
) -> Ballot:
    """Keep scores and comments of a draft. Raises BadInput naming the criterion and its maximum, Stale, WrongState,
    AccessDenied after the closing time."""
    ballot = locked(ballot)
    by = require(rules.holds_ballot(actor, ballot))
    if ballot.state != "draft":
        raise WrongState(
            "ballot_locked",
            text("제출한 평가표는 고칠 수 없습니다.", "A locked ballot cannot be changed."),
            text("고쳐야 하면 간사에게 다시 열어 달라고 요청하십시오.", "Ask the coordinator to reopen it if needed."),
        )
    require(in_time(ballot))
    check_version(ballot, version)
    kept, said = _checked(ballot, points, comments)
    if (kept, said) == (ballot.points, ballot.comments):
        audit("ballot.saved_again", ballot, by=by)
        return ballot
    ballot.points, ballot.comments = kept, said
    save(ballot, "points", "comments")
    audit("ballot.saved", ballot, by=by, facts={"scored": len(kept), "commented": len(said)})
    return ballot


def _checked(
    ballot: Ballot, points: Mapping[str, str], comments: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    criteria = {c.key: c for c in body_of(ballot.seat).criteria}
    problems: dict[str, Text] = {}
    kept: dict[str, str] = {}
    for key, value in points.items():
        value = str(value).strip()
        if key not in criteria:
            problems[key] = text(f"평가표에 없는 항목입니다: {key[:60]}", f"Not on the ballot: {key[:60]}")
        elif value:
            problem = point_problem(value, criteria[key])
            if problem is not None:
                problems[key] = problem
            else:
                kept[key] = format(Decimal(value).normalize() + 0, "f")
    said = {key: normal(value).strip() for key, value in comments.items() if key in criteria and value.strip()}
    for key in [key for key, value in said.items() if len(value) > MOST_COMMENT]:
        problems[f"{key}-comment"] = text(
            f"의견은 {MOST_COMMENT:,}자까지 쓸 수 있습니다(현재 {len(said[key]):,}자).",
            f"At most {MOST_COMMENT:,} characters (now {len(said[key]):,}).",
        )
    if problems:
        raise BadInput("ballot_invalid", next(iter(problems.values())), fields=problems)
    return kept, said


@action
def lock_ballot(*, actor: Actor, ballot: Ballot, version: int | None = None) -> Ballot:
    """Submit a ballot. Raises BadInput naming each criterion that lacks something, Stale, WrongState, AccessDenied."""
    ballot = _locked_in_round(ballot)
    if ballot.state == "draft" and rules.holds_ballot(actor, ballot):
        require(in_time(ballot))
        check_version(ballot, version)
        lacking = gaps(ballot)
        if lacking:
            raise BadInput(
                "ballot_incomplete",
                text(
                    f"제출하기 전에 채울 항목이 {len(lacking)}개 있습니다.",
                    f"{len(lacking)} things are missing before it can be locked.",
                ),
                fields=lacking,
            )
    if BALLOT.move("lock", actor, ballot):
        ballot.locked_at = clock.now()
        save(ballot, "locked_at")
        ROUND.tell_waits(ballot.seat.round)
        ballots_settled.send(Round, round=ballot.seat.round, applications=[ballot.application_id])
    return ballot


@action
def reopen_ballot(*, actor: Actor, ballot: Ballot, reason: str) -> Ballot:
    """Let an evaluator correct a locked ballot while the round is scored; the reason is on record."""
    ballot = _locked_in_round(ballot)
    if BALLOT.move("reopen", actor, ballot, reason=reason):
        ballot.locked_at = None
        save(ballot, "locked_at")
        ROUND.tell_waits(ballot.seat.round)
        notify(
            [ballot.seat.person_id],
            subject=text("평가표가 다시 열렸습니다", "Your ballot was reopened"),
            body=text(f"사유: {reason}", f"Reason: {reason}"),
            url=ballot.get_absolute_url(),
        )
    return ballot


@action
def recuse(*, actor: Actor, ballot: Ballot, ground: str, reason: str) -> Ballot:
    """Step back from an application after all: the conflict is on record and the documents close at once."""
    if ground not in GROUNDS:
        raise _bad("ground", "ground_required", text("사유를 고르십시오.", "Choose the ground."))
    ballot = _locked_in_round(ballot)
    if not BALLOT.move("recuse", actor, ballot, reason=reason, facts={"ground": ground}):
        return ballot
    of = {"round": ballot.seat.round, "person_id": ballot.seat.person_id, "application": ballot.application}
    row = Conflict.objects.within(**of).first() or Conflict(**of)
    row.standing, row.ground, row.note = Standing.CONFLICT, ground, normal(reason)
    save(row, "standing", "ground", "note")
    audit("conflict.declared", row, facts={"standing": row.standing, "ground": ground})
    ROUND.tell_waits(ballot.seat.round)
    ballots_settled.send(Round, round=ballot.seat.round, applications=[ballot.application_id])
    return ballot


def _locked_in_round(ballot: Ballot) -> Ballot:
    """The ballot as it is now, with its round held still: no ballot moves while the round closes."""
    round = locked(ballot.seat.round)
    ballot = locked(ballot)
    ballot.seat.round = round
    return ballot


# --- what comes in -------------------------------------------------------------------------------------------------


def _bad(field: str, code: str, message: Text, remedy: Text | None = None) -> BadInput:
    return BadInput(code, message, remedy, fields={field: message})


def _reason(reason: str) -> str:
    if not reason.strip():
        raise _bad("reason", "reason_required", text("사유를 적어 주십시오.", "Please give the reason."))
    return normal(reason).strip()


def _require_ahead(closes_at: datetime) -> None:
    if closes_at <= clock.now():
        raise _bad(
            "closes_at",
            "closes_in_the_past",
            text("마감 시각은 지금보다 뒤여야 합니다.", "The closing time must lie ahead."),
        )
