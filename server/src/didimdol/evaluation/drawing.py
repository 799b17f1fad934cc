"""The pool of a draw as plain data for didimdol_decide, and its answer with people."""

from __future__ import annotations

import hashlib
import secrets
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count

from didimdol.evaluation import queries
from didimdol.evaluation.draw_rules import bodies as bodies_of
from didimdol.evaluation.draw_words import UNSTATED
from didimdol.evaluation.enums import Standing
from didimdol.evaluation.guards import panel_rules, stage_of, words_of
from didimdol.evaluation.models import Conflict, Draw, DrawPerson, Round, Seat
from didimdol.kernel import clock
from didimdol.kernel.words import Text
from didimdol.people import rules as people_rules
from didimdol.people.enums import Role
from didimdol.people.models import RoleAssignment
from didimdol.people.queries import in_force
from didimdol.programmes.rulebook.evaluation import PanelRules
from didimdol_decide.canonical import canonical_json
from didimdol_decide.drawing import Commitment, DrawInputs, Pool, Quota, Reveal
from didimdol_decide.drawing.opening import OpenDraw

CODE = "didimdol.draw.person/1"


# --- who is in it --------------------------------------------------------------------------------------------------


def code_of(person: UUID, salt: str) -> str:
    """The pseudonym of a person in one pool: 32 digits of the SHA-256 over the purpose, a line break, and the canonical
    JSON of [person id, salt]. Whoever is shown the salt can check who is meant; without it nobody finds out."""
    return hashlib.sha256(CODE.encode() + b"\n" + canonical_json([str(person), salt])).hexdigest()[:32]


def new_person(draw: Draw, held: RoleAssignment) -> DrawPerson:
    salt = secrets.token_hex(32)
    return DrawPerson(
        draw=draw, person=held.person, organisation=held.organisation, salt=salt, code=code_of(held.person_id, salt)
    )


def candidates(round: Round) -> list[RoleAssignment]:
    """Everybody with an expert's role for this challenge, once."""
    found: dict[UUID, RoleAssignment] = {}
    for held in queries.evaluators_for(round, company=False):
        found.setdefault(held.person_id, held)
    return list(found.values())


def barred_from(round: Round, people: Collection[UUID]) -> dict[UUID, str]:
    """person → why they cannot be drawn now (``draw_words.BARRED``)."""
    found: dict[UUID, str] = dict.fromkeys(_related(round, people), "conflict")
    held: dict[UUID, list[RoleAssignment]] = {}
    for role in RoleAssignment.objects.within(person_id__in=people).filter(in_force()).select_related("organisation"):
        held.setdefault(role.person_id, []).append(role)
    for person, roles in held.items():
        mine = [r for r in roles if r.role == Role.EXPERT and r.challenge in (None, round.challenge_id)]
        if mine and people_rules.clash(roles, Role.EXPERT.value, mine[0].organisation_id, round.challenge_id):
            found[person] = "excluded"
    left = DrawPerson.objects.within(draw__round=round, standing="left", person_id__in=people)
    found |= dict.fromkeys(left.values_list("person_id", flat=True), "left")
    seated = round.seats.filter(person_id__in=people).exclude(state="vacated")
    return found | dict.fromkeys(seated.values_list("person_id", flat=True), "seated")


def _related(round: Round, people: Collection[UUID]) -> set[UUID]:
    """Who belongs or belonged to an applicant (운영요령 §12②), or has declared conflicts with half of them or more.
    A conflict with a few is left to the assignment, which never joins the two."""
    applications = queries.evaluated(round)
    startups = {application.startup_id for application in applications}
    belongs = RoleAssignment.objects.within(person_id__in=people, organisation_id__in=startups)
    rows = Conflict.objects.within(person_id__in=people, application__in=applications).exclude(standing=Standing.NONE)
    known = set(rows.values_list("person_id", "application_id", "standing"))
    declared = Counter(person for person, _ in {row[:2] for row in known})
    related = set(belongs.values_list("person_id", flat=True))
    related |= {person for person, _, standing in known if standing == Standing.FOUND}
    return related | {person for person, number in declared.items() if 2 * number >= len(applications)}


def served_by(round: Round, people: Collection[UUID]) -> dict[UUID, int]:
    """person → panels of this operator they sat on since 1 January (통합관리지침 §10③: evaluations a year)."""
    year = clock.now().astimezone(clock.KST).replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    operator = round.challenge.programme.operator_id
    seats = Seat.objects.within(person_id__in=people, round__challenge__programme__operator=operator)
    found = seats.filter(created_at__gte=year).exclude(state="vacated").exclude(round=round)
    return dict(found.values_list("person_id").annotate(n=Count("round", distinct=True)))


def stated_before(round: Round, people: Collection[UUID]) -> dict[UUID, DrawPerson]:
    """person → what an earlier pool of this operator says of them: nobody states it twice."""
    operator = round.challenge.programme.operator_id
    rows = DrawPerson.objects.within(person_id__in=people, draw__round__challenge__programme__operator=operator)
    return {row.person_id: row for row in rows.order_by("created_at", "pk")}


# --- the quotas ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class QuotaLine:
    """One quota for people: what it asks, how many of the seats, how many in the pool could be drawn for it."""

    attribute: str
    value: str
    percent: Decimal
    least: int
    have: int


def quotas_of(panel: PanelRules | None) -> list[tuple[Decimal, Quota]]:
    """The rulebook's quotas with their percent; a share of nought asks for nothing."""
    if panel is None:
        return []
    shares = (
        ("kind", "market", panel.market_experts_percent),
        ("gender", "f", panel.women_percent),
        ("region", "outside", panel.outside_capital_percent),
    )
    return [
        (percent, Quota(attribute=attribute, values=(value,), minimum_share=round(percent / 100, 12)))
        for attribute, value, percent in shares
        if percent > 0
    ]


def quota_lines(draw: Draw, people: Iterable[DrawPerson]) -> list[QuotaLine]:
    free = [row for row in people if can_be_drawn(draw, row)]
    return [
        QuotaLine(
            quota.attribute,
            quota.values[0],
            percent,
            quota.bounds(draw.seats)[0],
            sum(getattr(row, quota.attribute) == quota.values[0] for row in free),
        )
        for percent, quota in quotas_of(panel_rules(draw.round))
    ]


def can_be_drawn(draw: Draw, row: DrawPerson) -> bool:
    return row.included and not row.barred and can_sit(draw, row)


def free_in(draw: Draw, people: Iterable[DrawPerson]) -> int:
    """How many of the pool can be drawn."""
    return sum(can_be_drawn(draw, row) for row in people)


def can_sit(draw: Draw, row: DrawPerson) -> bool:
    panel = panel_rules(draw.round)
    return panel is None or panel.annual_cap is None or row.served < panel.annual_cap


# --- the plain data ------------------------------------------------------------------------------------------------


def pool_of(draw: Draw, people: Iterable[DrawPerson]) -> Pool:
    """The pool: one panel with the body's key. Only what a quota asks about is told of a person."""
    panel = panel_rules(draw.round)
    quotas = [quota for _, quota in quotas_of(panel)]
    rows = sorted((r for r in people if r.included and r.barred in ("", "conflict")), key=lambda row: row.code)
    organisations: dict[UUID, str] = {}
    for row in rows:
        organisations.setdefault(row.organisation_id, f"o{len(organisations) + 1}")
    stage = words_of(stage_of(draw.round))
    return Pool.model_validate(
        {
            "title": {
                "ko": f"{draw.round.challenge.slug} · {stage['ko']}",
                "en": f"{draw.round.challenge.slug} · {stage['en']}",
            },
            "rulebook_digest": draw.round.challenge.rulebook.digest if draw.round.challenge.rulebook else None,
            "people": [
                {
                    "id": row.code,
                    "organisation": organisations[row.organisation_id],
                    "served": row.served,
                    "groups": {q.attribute: getattr(row, q.attribute) or UNSTATED for q in quotas},
                }
                for row in rows
            ],
            "panels": [
                {
                    "id": draw.body,
                    "name": _plain(words_of(stage_of(draw.round).body(draw.body))),
                    "seats": draw.seats,
                    "conflicts": [
                        {"person": row.code, "reason": "이해충돌 확인 / conflict known"} for row in rows if row.barred
                    ],
                }
            ],
            "quotas": [quota.model_dump() for quota in quotas],
            "annual_cap": panel.annual_cap if panel else None,
            "max_per_organisation": panel.max_per_organisation if panel else 1,
        }
    ).in_order()


def _plain(words: Text) -> dict[str, str]:
    return {"ko": words["ko"], "en": words["en"]}


def sealed_pool(draw: Draw, pool: Pool) -> Pool:
    """The pool as it is sealed: with a salt, so that nobody tries pools against the published digest."""
    return OpenDraw.of(pool, bodies_of(draw)).pool


def opening_of(draw: Draw, *, revealed: bool = False) -> OpenDraw:
    """The draw on its way, as its commitments stand. ``revealed``: with the secrets, once all are there.

    Raises ValueError where the pool is not what was sealed, or what was revealed opens nothing.
    """
    bodies = tuple(sorted(bodies_of(draw)))
    found = OpenDraw(pool=Pool.model_validate(draw.pool), pool_digest=draw.pool_digest, bodies=bodies)
    for promised in draw.commitments.order_by("body"):
        found = found.with_commitment(Commitment(body=promised.body, commitment=promised.commitment))
    for given in draw.reveals.order_by("body") if revealed else ():
        found = found.with_reveal(Reveal(body=given.body, secret=given.secret, salt=given.salt))
    return found


def inputs_of(draw: Draw) -> DrawInputs:
    """The inputs of the newest record. Only of a draw that was run."""
    assert draw.record is not None
    payload: Any = draw.record.document["payload"]
    return DrawInputs.model_validate(payload["inputs"])


def sealed_now() -> str:
    moment: datetime = clock.now().astimezone(clock.KST)
    return moment.isoformat(timespec="seconds")
