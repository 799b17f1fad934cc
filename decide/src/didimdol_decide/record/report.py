"""What checking a record found."""

from __future__ import annotations

from didimdol_decide.plain import Plain, Text
from didimdol_decide.ranking import Ranking


class NotARecord(ValueError):
    """The thing given is no selection record at all (as opposed to a record that does not hold)."""


class Check(Plain):
    """One check. ok: True, False, or None where this tier of the record cannot tell."""

    key: str
    ok: bool | None
    message: Text


class Report(Plain):
    """ok: no check failed. ranking: as computed here from the record's inputs (full records only)."""

    ok: bool
    tier: str
    checks: tuple[Check, ...]
    ranking: Ranking | None = None
