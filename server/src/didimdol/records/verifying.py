"""Does the log still say what it said? Recomputes every link, tip, signed head and commitment."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import connection, transaction

from didimdol.kernel.words import Text, text
from didimdol.records import keys
from didimdol.records.actions import HEAD_FORMAT, head_content
from didimdol.records.chain import GENESIS, commitment, link_hash
from didimdol.records.models import AuditEvent, ChainTip, PersonalNote, SignedHead
from didimdol_decide.sealing import signature_holds


@dataclass(frozen=True, slots=True)
class Break:
    chain: str
    sequence: int
    what: Text


@dataclass(slots=True)
class Verification:
    chains: int = 0
    events: int = 0
    heads: int = 0
    notes: int = 0
    breaks: list[Break] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.breaks

    def broken(self, chain: str, sequence: int, ko: str, en: str) -> None:
        self.breaks.append(Break(chain, sequence, text(ko, en)))


def verify() -> Verification:
    """Read the whole log in one snapshot and say where it is broken. Memory does not grow with the log."""
    nested = connection.in_atomic_block
    with transaction.atomic():
        if not nested:  # writers go on while it is read
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        found = Verification()
        _heads_and_links(found)
        _commitments(found)
    return found


def _heads_and_links(found: Verification) -> None:
    tips = {tip.chain: tip for tip in ChainTip.objects.all()}
    ring = keys.published()
    heads: dict[str, dict[int, list[SignedHead]]] = {}
    for head in SignedHead.objects.unscoped(why="verification of the whole log").order_by("chain", "day"):
        heads.setdefault(head.chain, {}).setdefault(head.sequence, []).append(head)
        found.heads += 1
        key = ring.get(head.key_id)
        if key is None or not signature_holds(key, head.signature, HEAD_FORMAT, head_content(head)):
            found.broken(
                head.chain,
                head.sequence,
                f"{head.day} 서명이 맞지 않습니다.",
                f"the signature of {head.day} does not hold",
            )

    chain, sequence, previous = "", 0, GENESIS
    events = AuditEvent.objects.unscoped(why="verification of the whole log").order_by("chain", "sequence")
    for event in events.iterator(chunk_size=2000):
        if event.chain != chain:
            if chain:
                _ends(found, tips, chain, sequence, previous)
            chain, sequence, previous = event.chain, 0, GENESIS
            found.chains += 1
        found.events += 1
        if event.sequence != sequence + 1:
            found.broken(
                chain,
                sequence + 1,
                f"{sequence + 1}번부터 {event.sequence - 1}번까지 없습니다.",
                f"links {sequence + 1} to {event.sequence - 1} are missing",
            )
        elif event.previous != previous:
            found.broken(
                chain, event.sequence, "앞 고리를 가리키지 않습니다.", "it does not point at the link before it"
            )
        if link_hash(event) != event.hash:
            found.broken(chain, event.sequence, "내용이 바뀌었습니다.", "its content was changed")
        for head in heads.get(chain, {}).pop(event.sequence, []):
            if head.hash != event.hash:
                found.broken(
                    chain,
                    event.sequence,
                    f"{head.day}에 서명한 끝값과 다릅니다.",
                    f"it is not what was signed on {head.day}",
                )
        sequence, previous = event.sequence, event.hash
    if chain:
        _ends(found, tips, chain, sequence, previous)
    for name, tip in tips.items():
        if tip.sequence > 0:
            found.broken(name, tip.sequence, "사슬이 통째로 없습니다.", "the whole chain is missing")
    for name, left in heads.items():
        for number, signed in left.items():
            found.broken(
                name,
                number,
                f"{signed[0].day}에 서명한 고리가 없습니다.",
                f"the link signed on {signed[0].day} is missing",
            )


def _ends(found: Verification, tips: dict[str, ChainTip], chain: str, sequence: int, last: str) -> None:
    tip = tips.pop(chain, None)
    if tip is None:
        found.broken(chain, sequence, "끝값이 없습니다.", "its tip is missing")
    elif (tip.sequence, tip.hash) != (sequence, last):
        found.broken(
            chain,
            sequence,
            f"끝값({tip.sequence}번)과 마지막 고리({sequence}번)가 다릅니다.",
            f"the tip says link {tip.sequence}, the last link is {sequence}",
        )


def _commitments(found: Verification) -> None:
    """Every commitment has its note, and every note that is not erased opens its commitment."""
    notes = PersonalNote.objects.unscoped(why="verification of the whole log").select_related("event")
    for note in notes.iterator(chunk_size=2000):
        found.notes += 1
        event = note.event
        if note.name not in event.commitments:
            found.broken(
                event.chain, event.sequence, f"‘{note.name}’ 약속값이 없습니다.", f"no commitment to “{note.name}”"
            )
        elif note.erased_at is None and commitment(note.salt, note.value) != event.commitments[note.name]:
            found.broken(
                event.chain,
                event.sequence,
                f"‘{note.name}’ 글이 바뀌었습니다.",
                f"the text of “{note.name}” was changed",
            )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.chain, e.sequence, k.name FROM records_auditevent e, jsonb_object_keys(e.commitments) AS k(name) "
            "WHERE NOT EXISTS (SELECT 1 FROM records_personalnote n WHERE n.event_id = e.id AND n.name = k.name) "
            "ORDER BY e.chain, e.sequence"
        )
        for chain, sequence, name in cursor.fetchall():
            found.broken(chain, sequence, f"‘{name}’ 글의 행이 없습니다.", f"the row of “{name}” is missing")
