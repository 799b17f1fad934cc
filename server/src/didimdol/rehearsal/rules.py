"""Who keeps and reads the reports of rehearsals."""

from __future__ import annotations

from django.db.models import Q

from didimdol.kernel.access import Access, Allowed, Denied, allowed_by, reasons
from didimdol.kernel.actor import Actor
from didimdol.kernel.words import text
from didimdol.people.enums import Role

#: a rehearsal shows where the rules, the panels and the money of a challenge are tight: for those who run them
READERS = (Role.MANAGER, Role.COORDINATOR, Role.AUDITOR)


def may_store(actor: Actor) -> Access:
    return Allowed if actor.kind == "system" else Denied("rehearsal_by_command")


def may_list(actor: Actor) -> Access:
    return allowed_by(actor.grant(*READERS), "only_managers_rehearse")


def visible_to(actor: Actor) -> Q:
    """Those of the operators for which the actor runs challenges."""
    condition = Q(pk__in=[])
    for grant in actor.grants:
        if grant.role in READERS and grant.organisation and grant.challenge is None:
            condition |= Q(operator=grant.organisation)
    return condition


reasons(
    {
        "rehearsal_by_command": text(
            "모의 운영은 명령으로 합니다: didimdol rehearse FILE",
            "A rehearsal is run by the command: didimdol rehearse FILE",
        ),
        "only_managers_rehearse": text(
            "운영기관의 사업 담당, 평가 간사, 감사만 볼 수 있습니다.",
            "Only the operator's managers, coordinators and auditors see rehearsals.",
        ),
    }
)
