"""Writes of draws: the pool, its seal, commitments, secrets, and the draw itself."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from didimdol.evaluation import draw_queries, draw_rules, drawing, rules
from didimdol.evaluation.actions.given import bad, reason_given, require_ahead
from didimdol.evaluation.actions.seats import place
from didimdol.evaluation.draw_states import DRAW
from didimdol.evaluation.draw_words import GROUPS, explained
from didimdol.evaluation.guards import of_company, stage_of
from didimdol.evaluation.models import Draw, DrawCommitment, DrawPerson, DrawReveal, Round
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, locked, notify, save
from didimdol.kernel.actor import Actor, Grant
from didimdol.kernel.problems import BadInput, Problem, WrongState
from didimdol.kernel.words import Text, normal, pick, text
from didimdol.programmes import rules as programme_rules
from didimdol.records import keys
from didimdol.records.opening import opened
from didimdol.records.sealing import seal
from didimdol_decide.drawing import CannotTell, DrawInputs, NoWay, Reveal, check, explain, seal_draw

MOST_SEATS = 100

#: person id → (in the pool, kind, gender, region)
Stated = Mapping[UUID, tuple[bool, str, str, str]]


@action
def open_draw(*, actor: Actor, round: Round, body: str, seats: int, witness: str) -> Draw:
    """Begin to draw evaluators of a body: the pool is everybody with an expert's role for this challenge.

    ``witness``: the second body that commits (``draw_queries.witnesses``). Raises BadInput, WrongState.
    """
    by = require(rules.conducts(actor, round))
    assert actor.person is not None  # whoever conducts is a person
    round = locked(round)
    require_unassigned(round)
    if body not in [b.key for b in stage_of(round).bodies] or of_company(body):
        raise bad(
            "body",
            "body_not_drawn",
            text("외부 전문가의 평가 주체만 추첨합니다.", "Only bodies of external experts are drawn."),
            text("수요기업의 위원은 위촉합니다.", "A demand company's evaluators are named."),
        )
    if not 1 <= seats <= MOST_SEATS:
        raise bad("seats", "seats_out_of_range", text("1명에서 100명까지 뽑습니다.", "Between 1 and 100 people."))
    second = next((w for w in draw_queries.witnesses(round) if w.key == witness), None)
    if second is None:
        raise bad(
            "witness",
            "unknown_witness",
            text("둘째 기관으로 약속할 담당자가 없습니다.", "Nobody can act as the second body."),
            text("이 챌린지의 감사나 기업 담당자를 먼저 초대하십시오.", "Invite an auditor or a company's person for this challenge first."),
        )  # fmt: skip
    earlier = round.draws.filter(body=body)
    if earlier.filter(state__in=("pool", "sealed", "committed")).exists():
        raise WrongState(
            "draw_exists",
            text("이 평가 주체의 추첨이 이미 진행 중입니다.", "A draw for this body is under way."),
            text("그 추첨을 마치거나 중단하십시오.", "Finish it, or give it up."),
        )
    draw = Draw(
        round=round,
        body=body,
        number=earlier.count() + 1,
        seats=seats,
        witness=witness,
        witness_organisation=second.organisation,
        opened_by_id=actor.person,
    )
    DRAW.enter(actor, draw, by=by, facts={"body": body, "number": draw.number, "seats": seats, "witness": witness})
    _fill(draw, {})
    return draw


@action
def change_pool(*, actor: Actor, draw: Draw, stated: Stated) -> Draw:
    """Say who is in the pool and what quotas ask about; who got or lost the role since is added or barred. Before the
    seal only: raises WrongState afterwards, BadInput for a value that is none ("PERSON-kind")."""
    draw = locked_draw(draw)
    by = require(draw_rules.prepares(actor, draw))
    if draw.state != "pool":
        raise WrongState(
            "pool_sealed",
            text("봉인한 명부는 바꿀 수 없습니다.", "A sealed pool cannot be changed."),
            text("바꾸려면 추첨을 중단하고 새로 여십시오.", "To change it, give the draw up and open another."),
        )
    problems: dict[str, Text] = {}
    for person, (_, *groups) in stated.items():
        for attribute, value in zip(GROUPS, groups, strict=True):
            if value and value not in GROUPS[attribute]:
                problems[f"{person}-{attribute}"] = text("목록에서 고르십시오.", "Choose from the list.")
    if problems:
        raise BadInput("unknown_group", text("모르는 값이 있습니다.", "There is an unknown value."), fields=problems)
    _fill(draw, stated)
    audit("draw.pool_changed", draw, by=by, facts={"people": draw.people.filter(included=True, barred="").count()})
    DRAW.tell_waits(draw)
    return draw


def _fill(draw: Draw, stated: Stated) -> None:
    """Rows of the pool as things stand: new people with what an earlier pool said of them."""
    round = draw.round
    known = {row.person_id: row for row in draw.people.all()}
    held = {role.person_id: role for role in drawing.candidates(round)}
    people = {*known, *held}
    before = drawing.stated_before(round, held.keys() - known.keys())
    barred, served = drawing.barred_from(round, people), drawing.served_by(round, people)
    for person in sorted(people, key=str):
        row = known.get(person) or drawing.new_person(draw, held[person])
        old = (row.included, row.kind, row.gender, row.region, row.served, row.barred)
        if person in before:
            row.kind, row.gender, row.region = before[person].kind, before[person].gender, before[person].region
        if person in stated:
            row.included, row.kind, row.gender, row.region = stated[person]
        row.barred = barred.get(person, "") if person in held else "no_role"
        row.served = served.get(person, 0)
        if row._state.adding or old != (row.included, row.kind, row.gender, row.region, row.served, row.barred):
            save(row, "included", "kind", "gender", "region", "served", "barred")


@action
def seal_pool(*, actor: Actor, draw: Draw, reveal_by: datetime) -> Draw:
    """Seal the pool: from here on nobody changes it, and both bodies commit to a secret for it, until ``reveal_by``.

    Raises BadInput with the explanation where the pool cannot be drawn, WrongState.
    """
    draw = locked_draw(draw)
    require(draw_rules.prepares(actor, draw))
    require_unassigned(draw.round)
    require_ahead(reveal_by, "reveal_by")
    if draw.state == "pool":
        _fill(draw, {})  # roles, conflicts and seats of this moment
        pool = drawing.pool_of(draw, draw.people.all()).salted()
        try:
            check(pool)
        except (NoWay, CannotTell) as problem:
            raise BadInput("pool_cannot_be_drawn", *explained(draw, explain(pool, problem))) from problem
        pool = drawing.sealed_pool(draw, pool)
        draw.pool, draw.pool_digest, draw.reveal_by = pool.as_json(), pool.digest(), reveal_by
    DRAW.move(
        "seal",
        actor,
        draw,
        facts={"pool_digest": draw.pool_digest, "people": len(draw.pool.get("people", [])), "seats": draw.seats},
        along=("pool", "pool_digest", "reveal_by"),
    )
    return draw


@action
def commit_secret(*, actor: Actor, draw: Draw, commitment: str) -> Draw:
    """Promise a secret for the actor's body: 64 digits computed elsewhere; the secret itself never comes here.

    Raises AccessDenied (no body of this draw, or the person has acted for the other), WrongState, BadInput.
    """
    draw = locked_draw(draw)
    by = require(draw_rules.takes_part(actor, draw))
    body = draw_rules.body_of(actor, draw)
    assert body is not None and actor.person is not None
    if draw.state != "sealed":
        raise WrongState(
            "not_committing",
            text("지금은 약속을 받지 않습니다.", "Commitments are not taken now."),
            text("명부를 봉인한 뒤, 모두 약속하기 전까지 약속합니다.", "They are taken once the pool is sealed, until all have committed."),
        )  # fmt: skip
    if draw.commitments.filter(body=body).exists():
        raise WrongState(
            "committed_already",
            text("이 기관은 이미 약속했습니다. 약속은 바꿀 수 없습니다.", "This body has committed already; a commitment cannot be changed."),
        )  # fmt: skip
    digits = commitment.strip().lower()
    if not re.fullmatch(r"[0-9a-f]{64}", digits):
        raise bad(
            "commitment",
            "no_commitment",
            text("16진수 64자리를 붙여 넣으십시오.", "Paste 64 hexadecimal digits."),
            text("이 화면의 단추나 didimdol-decide draw commit이 만들어 줍니다.", "The button on this page or didimdol-decide draw commit makes them."),
        )  # fmt: skip
    if draw.commitments.filter(commitment=digits).exists():
        raise bad(
            "commitment",
            "copied_commitment",
            text("다른 기관의 약속을 그대로 쓸 수 없습니다.", "This is the other body's commitment."),
            text("기관마다 자기 비밀로 만드십시오.", "Each body makes its own, from its own secret."),
        )
    row = DrawCommitment(draw=draw, body=body, commitment=digits, person_id=actor.person)
    save(row)
    facts = {"body": body, "commitment": digits, "pool_digest": draw.pool_digest}
    audit("draw.committed", draw, by=by, facts=facts)
    if draw_rules.all_committed(draw):
        DRAW.move("complete", actor, draw)
    else:
        DRAW.tell_waits(draw)
    return draw


@action
def reveal_secret(*, actor: Actor, draw: Draw, secret: str) -> Draw:
    """Open the actor's body's commitment with its secret file; after the last one the evaluators are drawn and seated.

    ``secret``: the file's JSON {body, secret, salt}. Raises AccessDenied (not all have committed; the operator first),
    WrongState, BadInput (opens nothing).
    """
    draw = locked_draw(draw)
    by = require(draw_rules.may_reveal(actor, draw))
    body = draw_rules.body_of(actor, draw)
    assert body is not None and actor.person is not None
    if draw.reveals.filter(body=body).exists():
        raise WrongState("revealed_already", text("이 기관은 이미 공개했습니다.", "This body has revealed already."))
    require_unassigned(draw.round)
    given = _reveal_in(secret, body)
    promised = draw.commitments.get(body=body).commitment
    if given.commitment(draw.pool_digest).commitment != promised:
        raise bad(
            "secret",
            "opens_nothing",
            text("이 비밀은 약속한 값과 다릅니다.", "This secret does not open the commitment."),
            text("약속할 때 저장한 비밀 파일을 주십시오. 잃어버렸다면 추첨을 중단하고 새로 시작해야 합니다.", "Give the secret file kept when you committed. If it is lost, the draw must be given up and begun anew."),
        )  # fmt: skip
    row = DrawReveal(draw=draw, body=body, secret=given.secret, salt=given.salt, person_id=actor.person)
    save(row)
    audit("draw.revealed", draw, by=by, facts={"body": body})
    if draw_rules.all_revealed(draw):
        _run(actor, by, draw)
    else:
        DRAW.tell_waits(draw)
    return draw


def _reveal_in(content: str, body: str) -> Reveal:
    try:
        given = json.loads(content)
        if isinstance(given, dict) and isinstance(given.get("secret"), str):
            given["secret"] = normal(given["secret"])
        found = Reveal.model_validate(given)
    except (ValueError, ValidationError) as error:
        raise bad(
            "secret",
            "no_secret_file",
            text("비밀 파일의 내용이 아닙니다.", "This is not the content of a secret file."),
            text("약속할 때 저장한 파일을 올리거나 그 내용을 그대로 붙여 넣으십시오.", "Upload the file kept when you committed, or paste all of it."),
        ) from error  # fmt: skip
    if found.body != body:
        raise bad(
            "secret",
            "other_bodys_secret",
            text("다른 기관의 비밀 파일입니다.", "This is another body's secret file."),
        )
    return found


def require_unassigned(round: Round) -> None:
    """A draw seats people before the applications are assigned. Raises WrongState."""
    if round.state not in ("preparing", "declaring"):
        raise WrongState(
            "too_late_to_draw",
            text("배정이 끝나 위원을 추첨할 수 없습니다.", "The applications are assigned; nobody is drawn any more."),
            text("빈자리는 평가 화면의 ‘빈자리 채우기’로 채우십시오.", "Empty seats are filled on the round's page."),
        )


@action
def give_up_draw(*, actor: Actor, draw: Draw, reason: str) -> Draw:
    """End a draw without a result, with the reason: a body does not reveal, the pool was wrong. Everybody sees how far
    it had come; the next one is sealed anew and takes new secrets."""
    draw = locked_draw(draw)
    missing = [body for body in draw_rules.bodies(draw) if not draw.reveals.filter(body=body).exists()]
    facts = {"number": draw.number, "not_revealed": missing if draw.state == "committed" else []}
    DRAW.move("give_up", actor, draw, reason=normal(reason).strip(), facts=facts)
    return draw


def _run(actor: Actor, by: Grant | None, draw: Draw) -> None:
    """In the transaction of the last secret, so that nobody can look at the outcome and stop it."""
    try:
        inputs = drawing.opening_of(draw, revealed=True).inputs()
    except ValueError as error:
        raise Problem(
            "draw_tampered",
            text("명부나 약속이 봉인한 것과 다릅니다. 추첨하지 않았습니다.", "Pool or commitments differ from what was sealed; nothing was drawn."),
            text("감사에게 알리고, 추첨을 중단한 뒤 새로 시작하십시오.", "Tell the auditor, give this draw up and begin anew."),
        ) from error  # fmt: skip
    draw.record = seal_record(draw, inputs)
    outcome: Any = draw.record.document["payload"]
    members = outcome["outcome"]["panels"][0]["members"]
    facts = {"seats": len(members), "record": draw.record.digest, "seed": outcome["outcome"]["seed"]}
    DRAW.move("run", actor, draw, facts=facts, along=("record",))
    seat_drawn(actor, by, draw, members)


def seal_record(draw: Draw, inputs: DrawInputs) -> Any:
    """The next revision of the draw's record, signed and kept. Raises NoWay."""
    key_id, private_key = keys.current()
    document = seal_draw(inputs.model_copy(update={"sealed_at": drawing.sealed_now()}), private_key, key_id)
    return seal(
        kind="draw",
        tier="full",
        subject_id=draw.pk,
        challenge=draw.round.challenge_id,
        organisation=None,
        document=document,
        digest=str(document["digest"]),
    )


def seat_drawn(actor: Actor, by: Grant | None, draw: Draw, codes: list[str]) -> list[DrawPerson]:
    """Seats for the people behind these pseudonyms. Whose role has ended since the seal gets none, and is replaced."""
    rows = list(draw.people.filter(code__in=codes).select_related("person", "organisation").order_by("code"))
    if [row.code for row in rows] != sorted(codes) or any(
        row.code != drawing.code_of(row.person_id, row.salt) for row in rows
    ):
        raise Problem(
            "draw_tampered",
            text("가명과 사람의 짝이 봉인한 것과 다릅니다. 추첨하지 않았습니다.", "The people behind the pseudonyms are not those of the seal; nothing was drawn."),
            text("감사에게 알리고, 추첨을 중단한 뒤 새로 시작하십시오.", "Tell the auditor, give this draw up and begin anew."),
        )  # fmt: skip
    for row in rows:
        try:
            row.seat = place(
                actor, by, round=draw.round, person=row.person, organisation=row.organisation, body=draw.body
            )
        except BadInput:
            row.seat = None  # the page asks for a replacement
        row.standing = "drawn"
        save(row, "standing", "seat")
    name = draw.round.challenge.name
    notify(
        [row.person_id for row in rows if row.seat is not None],
        subject=text(f"평가위원으로 추첨되었습니다 · {pick(name, 'ko')}", f"You were drawn as an evaluator · {pick(name, 'en')}"),
        body=text(
            "두 기관이 함께 한 추첨에서 평가위원으로 뽑혔습니다. 맡을 수 없거나 이해충돌이 있으면 간사에게 알려 주십시오.",
            "Two bodies together have drawn you as an evaluator. If you cannot take part or have a conflict of interest, please tell the coordinator.",
        ),
        url=draw.round.get_absolute_url(),
    )  # fmt: skip
    return rows


def locked_draw(draw: Draw) -> Draw:
    """The draw as it is now, behind its round: everybody locks in this order."""
    round = locked(draw.round)
    draw = locked(draw)
    draw.round = round
    return draw


@action
def export_pool(*, actor: Actor, draw: Draw, reason: str) -> Draw:
    """Somebody takes the pool with its names out of the system (안전성 확보조치 기준: a download carries its reason)."""
    by = require(programme_rules.runs(actor, draw.round.challenge, *rules.CONDUCT))
    reason = reason_given(reason)
    audit("draw.exported", draw, by=by, facts={"people": draw.people.count()}, personal={"reason": reason})
    opened(actor, "export: draw", draw, purpose=reason)
    return draw
