"""The life of a matching: preferences, computed, released."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from didimdol.kernel.transitions import Move, State, Table, WaitFor
from didimdol.kernel.words import Text, pick, text
from didimdol.people.enums import Role
from didimdol.selection import matching_rules as rules
from didimdol.selection.matching_market import still_asked
from didimdol.selection.models import Matching


def _collecting(matching: Matching) -> Iterable[WaitFor]:
    """Everybody whose order is missing, until the end; and who computes afterwards."""
    challenge = matching.challenge
    places, demands = still_asked(matching)
    for place in places:
        for role in (Role.CEO, Role.STAFF):
            yield WaitFor(
                _of(matching, text("원하는 수요의 순위를 정해 주십시오", "Put the demands in your order")),
                reverse("selection:prefer_as_place", args=[matching.pk, place.pk]),
                role=role,
                organisation=place.startup_id,
                challenge=challenge.pk,
                until=matching.closes_at,
            )
    for demand in demands:
        for role in (Role.DEMAND_LEAD, Role.BUDGET_OWNER):
            title = demand.title
            yield WaitFor(
                text(
                    f"함께할 기업의 순위를 정해 주십시오 · {pick(title, 'ko')}",
                    f"Put the startups in your order · {pick(title, 'en')}",
                ),
                reverse("selection:prefer_as_demand", args=[matching.pk, demand.pk]),
                role=role,
                organisation=demand.company_id,
                challenge=challenge.pk,
                until=matching.closes_at,
            )
    waiting = bool(places or demands)
    what = (
        text("순위 입력이 끝나면 매칭을 계산해 주십시오", "Compute the matching once preferences are in")
        if waiting
        else text("매칭을 계산해 주십시오", "Compute the matching")
    )
    yield _operator(matching, what, Role.COORDINATOR)
    yield _operator(matching, what, Role.MANAGER)


def _to_release(matching: Matching) -> Iterable[WaitFor]:
    yield _operator(
        matching,
        text("계산된 매칭을 검토하고 확정해 주십시오", "Review the matching and release it"),
        Role.MANAGER,
    )


def _operator(matching: Matching, what: Text, role: Role) -> WaitFor:
    challenge = matching.challenge
    return WaitFor(
        _of(matching, what),
        matching.get_absolute_url(),
        role=role,
        organisation=challenge.programme.operator_id,
        challenge=challenge.pk,
    )


def _of(matching: Matching, what: Text) -> Text:
    name = matching.challenge.name
    return text(f"{what['ko']} · {pick(name, 'ko')}", f"{what['en']} · {pick(name, 'en')}")


MATCHING = Table(
    "matching",
    State("open", "순위 입력 중", "Taking preferences", kind="info", waits=_collecting),
    State("computed", "계산됨", "Computed", kind="warn", waits=_to_release),
    State("released", "확정", "Released", kind="ok", final=True),
    State("cancelled", "취소", "Called off", kind="", final=True),
    Move("compute", "open", "computed", rules.may_compute, "매칭 계산", "Compute the matching", guard=rules.ready_to_compute),
    Move("release", "computed", "released", rules.may_release, "매칭 확정", "Release the matching",
         guard=rules.ready_to_release),
    Move("cancel", ("open", "computed"), "cancelled", rules.may_run, "매칭 취소", "Call the matching off",
         reason_required=True),
)  # fmt: skip
