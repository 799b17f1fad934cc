"""Who may read the memory, and who may erase from beside it."""

from __future__ import annotations

from uuid import UUID

from didimdol.kernel.access import Access, Allowed, allowed_by, reasons
from didimdol.kernel.actor import Actor
from didimdol.kernel.words import Text, text
from didimdol.people.enums import Role
from didimdol.people.queries import challenges_of
from didimdol.people.rules import manages
from didimdol.records.models import PersonalNote

READERS = (Role.MANAGER.value, Role.AUDITOR.value)


def challenges_read_by(actor: Actor, *roles: str) -> dict[UUID, Text]:
    """The challenges of the actor's operator whose log they read (by one of ``roles``), with their names."""
    wanted = roles or READERS
    return {
        facts.id: facts.name
        for facts in challenges_of(actor.organisations(*wanted))
        if actor.grant(*wanted, organisation=facts.operator, challenge=facts.id)
    }


def may_read_log(actor: Actor) -> Access:
    if actor.kind == "system":
        return Allowed
    return allowed_by(actor.grant(*READERS, Role.PLATFORM.value), "records_readers_only")


def may_keep_keys(actor: Actor) -> Access:
    """Rotating keys and signing heads is the platform's; staff need an open staff session."""
    if actor.kind == "system":
        return Allowed
    return allowed_by(actor.grant(Role.PLATFORM.value), "records_platform_only")


def may_erase_note(actor: Actor, note: PersonalNote) -> Access:
    # 개인정보 보호법 §36: the operator answers a request to erase; an auditor only reads.
    if actor.kind == "system":
        return Allowed
    if platform := actor.grant(Role.PLATFORM.value):
        return Access(True, by=platform)
    challenge = note.event.challenge_id
    return allowed_by(manages(actor, challenge) if challenge else None, "records_erase_manager_only")


reasons(
    {
        "records_readers_only": text(
            "기록은 사업 담당과 감사만 볼 수 있습니다.", "Only programme managers and auditors read the records."
        ),
        "records_platform_only": text(
            "플랫폼 운영자가 업무 접속을 연 동안에만 할 수 있습니다.",
            "Only platform staff with an open staff session may do this.",
        ),
        "records_erase_manager_only": text(
            "해당 챌린지의 사업 담당만 개인 기재 내용을 지울 수 있습니다.",
            "Only the challenge's programme manager may erase personal words.",
        ),
    }
)
