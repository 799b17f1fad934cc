"""Writes of the evaluation."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from didimdol_decide.assignment import Infeasible, assign
from didimdol_decide.lottery import commitment

from didimdol.evaluation import queries, rules
from didimdol.evaluation.assigning import problem_of
from didimdol.evaluation.enums import GROUNDS, Standing
from didimdol.evaluation.guards import stage_of, stage_rules
from didimdol.evaluation.models import Ballot, Conflict, Round, Seat
from didimdol.evaluation.states import BALLOT, ROUND, SEAT
from didimdol.kernel import clock
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, check_version, locked, notify, save, wait
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import BadInput, WrongState
from didimdol.kernel.words import Text, normal, text
from didimdol.people.enums import OrganisationKind, Role
from didimdol.people.models import Organisation, Person, RoleAssignment
from didimdol.programmes import actions as programme_actions
from didimdol.programmes import rules as programme_rules
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import phase, rules_of


@action
def open_round(*, actor: Actor, challenge: Challenge, stage: str, closes_at: datetime) -> Round:
    """Open the evaluation of a stage. Raises WrongState while applications still come in, BadInput for the stage or time."""
    by = require(programme_rules.runs(actor, challenge, Role.COORDINATOR, Role.MANAGER))
    challenge = locked(challenge)
    if phase(challenge) not in ("closed", "evaluating"):
        raise WrongState(
            "call_not_closed",
            text("접수가 끝난 뒤에 평가를 시작할 수 있습니다.", "The evaluation starts after the call has closed."),
        )
    keys = [rule.key for rule in stage_rules(rules_of(challenge))]
    if stage not in keys:
        raise BadInput("unknown_stage", text(f"평가 단계 ‘{stage}’이(가) 규칙집에 없습니다.", f"The rulebook has no stage “{stage}”."),
                       text("가능한 단계: " + ", ".join(keys), "Stages: " + ", ".join(keys)))  # fmt: skip
    if closes_at <= clock.now():
        late = text("마감 시각은 지금보다 뒤여야 합니다.", "The closing time must lie ahead.")
        raise BadInput("closes_in_the_past", late, fields={"closes_at": late})
    position = keys.index(stage)
    first = Round.objects.within(challenge=challenge).order_by("position").first()
    # One draw decides ties in every stage, so that the final ranking repeats each shortlist exactly.
    seed = first.lottery_seed if first else secrets.token_hex(32)
    round = Round(challenge=challenge, stage=stage, position=position, closes_at=closes_at, lottery_seed=seed, lottery_commitment=commitment(seed))
    if Round.objects.within(challenge=challenge, stage=stage).exists():
        raise WrongState("round_exists", text("이 단계의 평가가 이미 열려 있습니다.", "The evaluation of this stage is open already."))
    if not queries.evaluated(round):
        raise WrongState("nothing_to_evaluate", text("평가할 신청이 없습니다.", "There is no application to evaluate."))
    if position == 0 and challenge.state == "announced":
        programme_actions.start_evaluation(actor=actor, challenge=challenge)
    ROUND.enter(actor, round, by=by, facts={"stage": stage, "lottery_commitment": round.lottery_commitment})
    return round


@action
def seat_evaluator(
    *, actor: Actor, round: Round, person: Person, organisation: Organisation, body: str, fields: list[str] | None = None, most: int = 50
) -> Seat:
    """Give a person a seat. Raises BadInput when they cannot sit for this body."""
    require(rules.conducts(actor, round))
    round = locked(round)
    if round.state not in ("preparing", "declaring"):
        raise WrongState("too_late_to_seat", text("배정이 끝나 위원을 더할 수 없습니다.", "The applications are assigned; no seat can be added."))
    if body not in [b.key for b in stage_of(round).bodies]:
        raise BadInput("unknown_body", text(f"평가 주체 ‘{body}’이(가) 규칙집에 없습니다.", f"The rulebook has no body “{body}”."))
    if round.seats.filter(person=person).exclude(state="vacated").exists():
        raise BadInput("seated_already", text("이미 이 평가의 위원입니다.", "This person has a seat already."))
    role = Role.EXPERT if body == "expert" else Role.DEMAND_EVALUATOR
    held = RoleAssignment.objects.within(person=person, organisation=organisation).filter(role=role)
    if not any(row.challenge in (None, round.challenge_id) and (not row.valid_until or row.valid_until > clock.now()) for row in held):
        raise BadInput("no_evaluator_role", text("이 기관의 평가위원 역할이 없는 사람입니다.", "This person has no evaluator's role for this body."),
                       text("먼저 초대하거나 역할을 부여해 주십시오.", "Invite them or give them the role first."))  # fmt: skip
    if body != "expert":
        owned = list(round.challenge.fields.filter(demand_company=organisation).values_list("key", flat=True))
        party = round.challenge.parties.filter(organisation=organisation).exists()
        if not owned and not party:
            raise BadInput("foreign_company", text("이 챌린지의 수요기업이 아닙니다.", "This company has no part in the challenge."))
        wanted = [f for f in (fields or owned) if f in owned]
        if not wanted:
            raise BadInput("foreign_field", text("이 기업의 분야가 아닙니다.", "These are not fields of this company."))
        fields = wanted
    seat = Seat(round=round, person=person, organisation=organisation, body=body, fields=sorted(fields or []), most=most)
    SEAT.enter(actor, seat, facts={"body": body, "fields": seat.fields})
    _find_conflicts(seat)
    ROUND.tell_waits(round)
    return seat


def _find_conflicts(seat: Seat) -> None:
    """What the platform knows by itself: the evaluator belongs, or belonged, to the applicant."""
    bodies = set(RoleAssignment.objects.within(person_id=seat.person_id).values_list("organisation_id", flat=True))
    for application in queries.evaluated(seat.round):
        related = application.startup_id in bodies or (
            seat.organisation.kind == OrganisationKind.STARTUP and seat.organisation_id == application.startup_id
        )
        if related:
            found = Conflict(round=seat.round, person_id=seat.person_id, application=application, standing=Standing.FOUND, ground="same_body")
            save(found)
            audit("conflict.found", found, facts={"ground": "same_body"})


@action
def vacate_seat(*, actor: Actor, seat: Seat, reason: str) -> Seat:
    """Take an evaluator off a panel before they were assigned anything."""
    seat = locked(seat)
    SEAT.move("vacate", actor, seat, reason=reason)
    ROUND.tell_waits(seat.round)
    return seat


@action
def start_declarations(*, actor: Actor, round: Round) -> Round:
    """Ask every evaluator to declare. Source: 운영요령 §12: conflicts are settled before the evaluation."""
    round = locked(round)
    ROUND.move("start_declarations", actor, round)
    seats = list(round.seats.filter(state="invited"))
    for seat in seats:
        seat.round = round
        SEAT.tell_waits(seat)
    notify(
        [seat.person_id for seat in seats],
        subject=text("이해충돌 여부를 신고해 주십시오", "Please declare your conflicts of interest"),
        body=text(
            "평가를 시작하기 전에 신청 기업과의 이해충돌 여부를 신고해 주십시오. 신고하기 전에는 어떤 문서도 열리지 않습니다.",
            "Before the evaluation starts, please declare your conflicts of interest with the applicants. No document opens before that.",
        ),
        url=f"/evaluation/{round.pk}/conflicts/",
    )
    return round


@action
def declare_conflicts(*, actor: Actor, round: Round, standings: Mapping[UUID, tuple[str, str, str]]) -> Seat:
    """Declare about every applicant: ``{application id: (standing, ground, note)}``. Raises BadInput for what is missing."""
    seat = locked(queries.access_seat(actor, round.pk))
    if round.state == "preparing":
        raise WrongState("declarations_not_open", text("아직 신고를 받지 않습니다.", "Declarations are not open yet."))
    fields: dict[str, Text] = {}
    for application, known in queries.to_declare(seat):
        standing, ground, note = standings.get(application.pk, ("", "", ""))
        if known is not None and known.standing == Standing.FOUND:
            continue
        if standing not in (Standing.NONE, Standing.CONFLICT):
            fields[str(application.pk)] = text("‘있음’과 ‘없음’ 가운데 고르십시오.", "Choose “yes” or “no”.")
            continue
        if standing == Standing.CONFLICT and ground not in GROUNDS:
            fields[str(application.pk)] = text("이해충돌의 사유를 고르십시오.", "Choose the ground of the conflict.")
            continue
        row = known or Conflict(round=round, person_id=seat.person_id, application=application)
        row.standing, row.ground, row.note = standing, ground if standing == Standing.CONFLICT else "", normal(note)
        save(row, "standing", "ground", "note")
        audit("conflict.declared", row, facts={"standing": standing, "ground": row.ground}, personal={"note": row.note} if row.note else {})
    if fields:
        raise BadInput(
            "declaration_incomplete",
            text(f"신고하지 않은 신청 기업이 {len(fields)}곳 있습니다.", f"{len(fields)} applicants are not declared about yet."),
            text("모든 신청 기업에 대해 골라 주십시오.", "Choose for every applicant."),
            fields=fields,
        )
    SEAT.move("declare", actor, seat)
    ROUND.tell_waits(locked(round))
    return seat


@action
def assign_ballots(*, actor: Actor, round: Round) -> Round:
    """Assign the applications by min-cost flow and start the scoring. Raises BadInput with the named cause when no
    assignment exists."""
    round = locked(round)
    require(ROUND.may("start_scoring", actor, round))
    seats = list(round.seats.filter(state="ready").select_related("person", "organisation").order_by("pk"))
    applications = queries.evaluated(round)
    problem = problem_of(round, applications, seats)
    try:
        found = assign(problem, seed=round.lottery_commitment)
    except Infeasible as reason:
        raise BadInput(
            "no_assignment",
            _named(reason.certificate.message.as_json(), seats),
            text("위원을 더 위촉하거나 위원별 상한을 늘려 주십시오.", "Seat more evaluators, or raise how many applications they take."),
        ) from reason
    round.assignment_record = {"problem": problem.as_json(), "problem_digest": problem.digest(), "assignment": found.as_json()}
    save(round, "assignment_record")
    by_id = {str(seat.pk): seat for seat in seats}
    apps = {str(a.pk): a for a in applications}
    ROUND.move("start_scoring", actor, round, facts={"pairs": len(found.pairs), "problem_digest": problem.digest(), "solver": found.solver})
    for pair in found.pairs:
        seat = by_id[pair.evaluator]
        seat.round = round
        BALLOT.enter(actor, Ballot(seat=seat, application=apps[pair.application]))
    notify(
        [seat.person_id for seat in seats if found.loads.get(str(seat.pk))],
        subject=text("평가할 신청이 배정되었습니다", "Applications are assigned to you"),
        body=text("배정된 신청과 측정 근거를 확인하고 평가표를 제출해 주십시오.", "Please read the applications with their measured evidence and lock your ballots."),
        url=f"/evaluation/{round.pk}/",
    )
    return round


def _named(message: dict[str, str], seats: list[Seat]) -> Text:
    """The certificate's sentence with names in the place of ids."""
    ko, en = message["ko"], message["en"]
    for seat in seats:
        ko, en = ko.replace(str(seat.pk), seat.person.name), en.replace(str(seat.pk), seat.person.name)
    return text(ko, en)


@action
def save_ballot(
    *, actor: Actor, ballot: Ballot, points: Mapping[str, str], comments: Mapping[str, str], version: int | None = None
) -> Ballot:
    """Keep scores and comments of a draft. Raises BadInput naming the criterion and its maximum, Stale, WrongState."""
    ballot = locked(ballot)
    by = require(rules.holds_ballot(actor, ballot))
    if ballot.state != "draft":
        raise WrongState("ballot_locked", text("제출한 평가표는 고칠 수 없습니다.", "A locked ballot cannot be changed."),
                         text("고쳐야 하면 간사에게 다시 열어 달라고 요청하십시오.", "Ask the coordinator to reopen it if needed."))  # fmt: skip
    check_version(ballot, version)
    criteria = {c.key: c for c in stage_of(ballot.seat.round).body(ballot.seat.body).criteria}
    fields: dict[str, Text] = {}
    kept: dict[str, str] = {}
    for key, value in points.items():
        if key not in criteria:
            fields[key] = text(f"평가표에 없는 항목입니다: {key}", f"Not on the ballot: {key}")
        elif str(value).strip():
            problem = _point_problem(str(value), criteria[key])
            if problem:
                fields[key] = problem
            else:
                kept[key] = format(Decimal(str(value).strip()).normalize(), "f")
    if fields:
        first = next(iter(fields.values()))
        raise BadInput("points_out_of_range", first, fields=fields)
    ballot.points = kept
    ballot.comments = {k: normal(v)[:4000] for k, v in comments.items() if k in criteria and v.strip()}
    save(ballot, "points", "comments")
    audit("ballot.saved", ballot, by=by, facts={"scored": len(kept)})
    return ballot


def _point_problem(value: str, criterion: Any) -> Text | None:
    name_ko = criterion.name.ko if criterion.name else criterion.key
    name_en = criterion.name.en if criterion.name else criterion.key
    try:
        number = Decimal(value.strip())
        exponent = number.as_tuple().exponent
        fits = number.is_finite() and 0 <= number <= criterion.max_points and isinstance(exponent, int) and exponent >= -2
    except InvalidOperation:
        fits = False
    if fits:
        return None
    return text(
        f"‘{name_ko}’은(는) 0점부터 배점 {criterion.max_points}점까지, 소수 둘째 자리까지 매길 수 있습니다. 입력: {value[:20]}",
        f"“{name_en}” takes 0 to {criterion.max_points} points with at most two decimals. Given: {value[:20]}",
    )


@action
def lock_ballot(*, actor: Actor, ballot: Ballot) -> Ballot:
    """Submit a ballot. Raises AccessDenied naming what is missing, WrongState."""
    ballot = locked(ballot)
    if BALLOT.move("lock", actor, ballot):
        ballot.locked_at = clock.now()
        save(ballot, "locked_at")
        ROUND.tell_waits(ballot.seat.round)
    return ballot


@action
def reopen_ballot(*, actor: Actor, ballot: Ballot, reason: str) -> Ballot:
    """Let an evaluator correct a locked ballot while the round is open; the reason is on record."""
    ballot = locked(ballot)
    if BALLOT.move("reopen", actor, ballot, reason=reason):
        ballot.locked_at = None
        save(ballot, "locked_at")
        notify(
            [ballot.seat.person_id],
            subject=text("평가표가 다시 열렸습니다", "Your ballot was reopened"),
            body=text(f"사유: {reason}", f"Reason: {reason}"),
            url=ballot.get_absolute_url(),
        )
        ROUND.tell_waits(ballot.seat.round)
    return ballot


@action
def recuse(*, actor: Actor, ballot: Ballot, ground: str, reason: str) -> Ballot:
    """Step back from an application after all: the conflict is on record and the documents close at once."""
    if ground not in GROUNDS:
        raise BadInput("ground_required", text("사유를 고르십시오.", "Choose the ground."), fields={"ground": text("사유를 고르십시오.", "Choose the ground.")})
    ballot = locked(ballot)
    BALLOT.move("recuse", actor, ballot, reason=reason, facts={"ground": ground})
    row, _ = Conflict.objects.within(person_id=ballot.seat.person_id).get_or_create(
        round=ballot.seat.round, person_id=ballot.seat.person_id, application=ballot.application, defaults={"standing": Standing.CONFLICT}
    )
    row.standing, row.ground, row.note = Standing.CONFLICT, ground, normal(reason)
    save(row, "standing", "ground", "note")
    audit("conflict.declared", row, facts={"standing": row.standing, "ground": ground})
    ROUND.tell_waits(ballot.seat.round)
    return ballot


@action
def close_round(*, actor: Actor, round: Round) -> Round:
    """End the scoring: every ballot is locked, or the closing time has passed."""
    round = locked(round)
    ROUND.move("close", actor, round, facts={"stage": round.stage})
    for ballot in Ballot.objects.within(seat__round=round).filter(state="draft"):
        wait(ballot, [])  # nobody waits for it any more
    return round

