"""What records itself changes: its keys, its signed heads, and personal words beside the chain.

``seal`` and ``opened`` are here too, because upper rooms call them beside actions: the first inside one, the second
anywhere.
"""

from __future__ import annotations

from didimdol.kernel import clock
from didimdol.kernel.access import require
from didimdol.kernel.action import action, audit, locked, save
from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import text
from didimdol.records import keys, rules
from didimdol.records.models import ChainTip, PersonalNote, SignedHead, SigningKey
from didimdol.records.opening import opened
from didimdol.records.sealing import seal
from didimdol_decide.sealing import signature_hex

__all__ = ["erase_note", "log_export", "opened", "rotate_key", "seal", "sign_heads"]

HEAD_FORMAT = "didimdol.head/1"


@action
def rotate_key(*, actor: Actor, reason: str) -> SigningKey:
    """Retire the signing key and make the next. What it signed stays valid: its public half stays published."""
    by = require(rules.may_keep_keys(actor))
    _require_reason(reason)
    keys.lock_ring()
    for key in SigningKey.objects.unscoped(why="the key in force").filter(retired_at=None):
        key.retired_at = clock.real()
        save(key, "retired_at")
        audit("records.key_retired", key, facts={"key_id": key.key_id}, personal={"reason": reason}, by=by)
    return keys.make()


@action
def sign_heads(*, actor: Actor) -> list[SignedHead]:
    """Sign where every chain stands today (in Seoul). A chain that has today's head already keeps it."""
    by = require(rules.may_keep_keys(actor))
    keys.lock_ring()
    key_id, private = keys.current()
    day = clock.real().astimezone(clock.KST).date()
    signed = set(SignedHead.objects.within(day=day).values_list("chain", flat=True))
    heads = []
    for tip in ChainTip.objects.exclude(chain__in=signed).filter(sequence__gt=0).order_by("chain"):
        head = SignedHead(chain=tip.chain, day=day, sequence=tip.sequence, hash=tip.hash, key_id=key_id)
        head.signature = signature_hex(private, HEAD_FORMAT, head_content(head))
        save(head)
        heads.append(head)
    audit("records.heads_signed", facts={"day": day, "heads": len(heads), "key_id": key_id}, by=by)
    return heads


def head_content(head: SignedHead) -> dict[str, object]:
    """What the signature of a head covers (purpose ``didimdol.head/1``)."""
    return {
        "chain": head.chain,
        "day": head.day.isoformat(),
        "sequence": head.sequence,
        "hash": head.hash,
        "key_id": head.key_id,
    }


@action
def erase_note(*, actor: Actor, note: PersonalNote, reason: str) -> PersonalNote:
    """Erase personal words of an event, with their salt. The chain keeps the commitment and stays whole.

    Source: 개인정보 보호법 §36 (erasure on request).
    """
    note = locked(note)
    by = require(rules.may_erase_note(actor, note))
    _require_reason(reason)
    if note.erased_at is None:
        note.value, note.salt, note.erased_at = "", "", clock.real()
        save(note, "value", "salt", "erased_at")
    event = note.event
    audit(
        "records.note_erased",
        note,
        facts={"event": event.id, "sequence": event.sequence, "name": note.name},
        personal={"reason": reason},
        by=by,
        challenge=event.challenge_id,
    )
    return note


@action
def log_export(*, actor: Actor, what: str, rows: int, reason: str) -> None:
    """Somebody takes a list out of the system (안전성 확보조치 기준: downloads of personal data carry their reason)."""
    by = require(rules.may_read_log(actor))
    _require_reason(reason)
    audit("records.exported", facts={"what": what, "rows": rows}, personal={"reason": reason}, by=by)
    opened(actor, f"export: {what}", None, purpose=reason)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        message = text("사유를 적어 주십시오.", "Please give the reason.")
        raise BadInput("reason_required", message, fields={"reason": message})
