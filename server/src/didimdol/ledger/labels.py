"""What accounts are called, and which never fall below zero: each room above registers its own."""

from __future__ import annotations

from dataclasses import dataclass

from didimdol.kernel.words import Text, text
from didimdol.records import labels


@dataclass(frozen=True, slots=True)
class AccountKind:
    """A kind of account by its code. ``explains``: what its balance means."""

    label: Text
    explains: Text
    never_negative: bool


KINDS: dict[str, AccountKind] = {}


def accounts(added: dict[str, AccountKind]) -> None:
    for code, kind in added.items():
        if KINDS.get(code, kind) != kind:
            raise ValueError(f"account {code!r} is registered twice")
        KINDS[code] = kind


def register() -> None:
    labels.events(
        {
            "ledger_entry.posted": text("장부 기입", "Entry posted"),
            "ledger_entry.reversed": text("장부 반대 기입", "Entry reversed"),
            "ledger_entry.repeated": text("장부 기입 (이미 되어 있음)", "Entry posted (already so)"),
        }
    )
    labels.things(
        {
            "ledger.Account": text("계정", "Account"),
            "ledger.Entry": text("전표", "Entry"),
            "ledger.Posting": text("분개", "Posting"),
        }
    )
