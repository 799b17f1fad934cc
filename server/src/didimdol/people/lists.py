"""The tables of this room's pages, in the reader's language."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.urls import reverse

from didimdol.design.parts import Badge, Column, Empty, Filter, Link, Table
from didimdol.kernel import clock
from didimdol.kernel.actor import Actor
from didimdol.kernel.paging import page
from didimdol.kernel.words import normal, pick, text
from didimdol.people import queries, rules
from didimdol.people.enums import ROLE_KINDS, ROLE_LABELS, Role
from didimdol.people.models import Organisation, RoleAssignment
from didimdol.people.ports import ChallengeFacts

END = text("끝내기", "End")


def role_label(role: str) -> str:
    return pick(ROLE_LABELS[Role(role)])


def roles_of(actor: Actor) -> Table:
    """The actor's own roles."""
    assignments = list(queries.assignments_of(actor))
    names = _names(assignments)
    return Table(
        columns=[
            Column("role", pick(text("역할", "Role"))),
            Column("organisation", pick(text("조직", "Organisation"))),
            Column("where", pick(text("범위", "Scope"))),
            Column("until", pick(text("까지", "Until"))),
        ],
        rows=[
            {
                "role": role_label(a.role),
                "organisation": pick(a.organisation.name),
                "where": _scope(a, names),
                "until": a.valid_until,
            }
            for a in assignments
        ],
        caption=pick(text("내 역할", "My roles")),
        show_caption=False,
        empty=Empty(
            pick(text("아직 맡은 역할이 없습니다.", "You hold no role yet.")),
            pick(
                text(
                    "창업기업을 등록하거나, 받은 초대를 수락하면 여기에 나타납니다.",
                    "Register a startup or accept an invitation, and it appears here.",
                )
            ),
        ),
    )


def members(actor: Actor, organisation: Organisation, cursor: str = "", wanted: str = "") -> Table:
    """Who acts for the organisation; ``wanted``: part of a name or address."""
    rows = queries.members_of(actor, organisation)
    if wanted := normal(wanted).strip():
        rows = rows.filter(Q(person__name__icontains=wanted) | Q(person__email__icontains=wanted))
    found = page(rows, order=("person__name",), cursor=cursor)
    table = _people(actor, found.rows, found.next_cursor, pick(text("구성원", "People")), with_organisation=False)
    return replace(table, filters=[Filter("q", pick(text("이름·전자우편", "Name or e-mail")), wanted)])


def given(actor: Actor, organisation: Organisation, cursor: str = "") -> Table:
    """Roles of other organisations' people in the challenges of this operator."""
    found = page(queries.given_by_operator(actor, organisation), order=("person__name",), cursor=cursor)
    caption = pick(text("이 기관의 챌린지에서 역할을 맡은 외부 사람", "People of others in this operator's challenges"))
    table = _people(actor, found.rows, found.next_cursor, caption, with_organisation=True)
    return replace(table, cursor_param="given")


def _people(
    actor: Actor, rows: list[RoleAssignment], cursor: str | None, caption: str, *, with_organisation: bool
) -> Table:
    names = _names(rows)
    columns = [
        Column("name", pick(text("이름", "Name"))),
        Column("email", pick(text("전자우편", "E-mail"))),
        *([Column("organisation", pick(text("조직", "Organisation")))] if with_organisation else []),
        Column("role", pick(text("역할", "Role"))),
        Column("where", pick(text("범위", "Scope"))),
        Column("do", pick(text("할 일", "Action")), hide_label=True),
    ]
    return Table(
        columns=columns,
        rows=[
            {
                "name": a.person.name,
                "email": a.person.email,
                "organisation": pick(a.organisation.name),
                "role": role_label(a.role),
                "where": _scope(a, names),
                "do": Link(pick(END), reverse("people:end-role", args=[a.id])) if rules.may_end(actor, a) else "",
            }
            for a in rows
        ],
        caption=caption,
        show_caption=False,
        next=cursor or "",
        empty=Empty(pick(text("아직 아무도 없습니다.", "Nobody yet."))),
    )


def invitations(actor: Actor, organisation: Organisation, cursor: str = "") -> Table:
    """Invitations that wait for an answer."""
    found = page(queries.open_invitations(actor, organisation), order=("-created_at",), cursor=cursor)
    rows = found.rows
    queries.challenges_named({i.challenge for i in rows if i.challenge})  # the rule asks for their operators
    now = clock.real()
    return Table(
        columns=[
            Column("email", pick(text("전자우편", "E-mail"))),
            Column("organisation", pick(text("조직", "Organisation"))),
            Column("role", pick(text("역할", "Role"))),
            Column("until", pick(text("유효기간", "Valid until"))),
            Column("state", pick(text("상태", "State"))),
            Column("do", pick(text("할 일", "Action")), hide_label=True),
        ],
        rows=[
            {
                "email": i.email,
                "organisation": pick(i.organisation.name),
                "role": role_label(i.role),
                "until": i.expires_at,
                "state": Badge(pick(text("만료", "Expired")), "warn")
                if i.expires_at <= now
                else Badge(pick(text("수락 대기", "Waiting")), "info"),
                "do": Link(pick(text("초대 취소", "Withdraw")), reverse("people:withdraw-invitation", args=[i.id]))
                if rules.may_withdraw(actor, i)
                else "",
            }
            for i in rows
        ],
        caption=pick(text("보낸 초대", "Invitations")),
        next=found.next_cursor or "",
        cursor_param="invited",
        show_caption=False,
        empty=Empty(pick(text("수락을 기다리는 초대가 없습니다.", "No invitation waits."))),
    )


def tokens(actor: Actor) -> Table:
    now = clock.real()
    return Table(
        columns=[
            Column("name", pick(text("이름", "Name"))),
            Column("scopes", pick(text("권한 범위", "Scopes"))),
            Column("until", pick(text("유효기간", "Valid until"))),
            Column("state", pick(text("상태", "State"))),
            Column("do", pick(text("할 일", "Action")), hide_label=True),
        ],
        rows=[
            {
                "name": t.name,
                "scopes": ", ".join(t.scopes),
                "until": t.expires_at,
                "state": Badge(pick(text("폐기됨", "Revoked")), "bad")
                if t.revoked_at
                else Badge(pick(text("만료", "Expired")), "warn")
                if t.expires_at <= now
                else Badge(pick(text("유효", "Valid")), "ok"),
                "do": ""
                if t.revoked_at
                else Link(pick(text("폐기", "Revoke")), reverse("people:revoke-token", args=[t.id])),
            }
            for t in queries.tokens_of(actor)[:200]
        ],
        caption=pick(text("내 토큰", "My tokens")),
        show_caption=False,
        empty=Empty(pick(text("발급한 토큰이 없습니다.", "No token was issued."))),
    )


def staff_sessions(actor: Actor) -> Table:
    return Table(
        columns=[
            Column("since", pick(text("연 때", "Opened"))),
            Column("until", pick(text("끝", "Ended"))),
            Column("reason", pick(text("사유", "Reason"))),
        ],
        rows=[
            {"since": s.created_at, "until": s.closed_at or s.ends_at, "reason": s.reason}
            for s in queries.staff_sessions_of(actor)[:50]
        ],
        caption=pick(text("지난 업무 접속", "Earlier staff sessions")),
        show_caption=False,
        empty=Empty(pick(text("업무 접속을 연 적이 없습니다.", "No staff session so far."))),
    )


def invite_choices(actor: Actor, organisation: Organisation) -> dict[str, Any]:
    """What the form of an invitation offers to the actor on the page of ``organisation``."""
    organisations = [organisation]
    operators = {organisation.id} if actor.grant(Role.MANAGER.value, organisation=organisation.id) else set()
    challenges: list[ChallengeFacts] = queries.challenges_of(operators)
    if challenges:
        organisations += queries.partners()
    else:
        challenges = list(queries.challenges_named({g.challenge for g in actor.grants if g.challenge}).values())
    kinds = {o.kind for o in organisations}
    may_give = {
        role
        for role in Role
        if kinds & set(ROLE_KINDS[role])
        and any(
            rules.may_assign(actor, body, role, challenge, field)
            for body in _one_of_each_kind(organisations)
            if body.kind in ROLE_KINDS[role]
            for challenge, field in _scopes(actor, challenges)
        )
    }
    return {"organisations": organisations, "roles": [r for r in Role if r in may_give], "challenges": challenges}


def _one_of_each_kind(organisations: list[Organisation]) -> list[Organisation]:
    return list({o.kind: o for o in reversed(organisations)}.values())


def _scopes(actor: Actor, challenges: list[ChallengeFacts]) -> set[tuple[Any, str]]:
    """Scopes to try: all challenges, one of those on offer, and those of the actor's own grants."""
    own = {(g.challenge, g.field or "") for g in actor.grants}
    return {(None, ""), *own, *((c.id, "") for c in challenges[:1])}


def _names(assignments: list[RoleAssignment]) -> dict[Any, ChallengeFacts]:
    return queries.challenges_named({a.challenge for a in assignments if a.challenge})


def _scope(assignment: RoleAssignment, names: dict[Any, ChallengeFacts]) -> str:
    if assignment.challenge is None:
        return pick(text("조직 전체", "All of the organisation's"))
    facts = names.get(assignment.challenge)
    if facts is None:
        return pick(text("챌린지 하나", "One challenge"))
    parts = [pick(facts.name)]
    if assignment.field:
        parts.append(pick(facts.fields.get(assignment.field)) or assignment.field)
    return " · ".join(parts)
