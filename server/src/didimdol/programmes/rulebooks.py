"""Stored rulebooks as the model that rooms compute with. A stored version never changes, so it is read once."""

from __future__ import annotations

from didimdol.programmes.models import Challenge
from didimdol.programmes.models import Rulebook as StoredRulebook
from didimdol.programmes.rulebook import Rulebook, from_canonical

_kept: dict[str, Rulebook] = {}
MOST_KEPT = 200


def rules_of_version(stored: StoredRulebook) -> Rulebook:
    """The rules of one stored version."""
    found = _kept.get(stored.digest)
    if found is None:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        found = _kept[stored.digest] = from_canonical(stored.canonical)
    return found


def rules_of(challenge: Challenge) -> Rulebook:
    """The rules in force (of a draft: the newest loaded). Raises LookupError when none was loaded."""
    if challenge.rulebook is None:
        raise LookupError(f"challenge {challenge.slug} has no rulebook")
    return rules_of_version(challenge.rulebook)


def rules_with(challenge: Challenge, digest: str) -> Rulebook:
    """The rules of the version that something was computed under; those in force where it is not known."""
    if challenge.rulebook is not None and digest and challenge.rulebook.digest != digest:
        stored = StoredRulebook.objects.within(challenge=challenge, digest=digest).first()
        if stored is not None:
            return rules_of_version(stored)
    return rules_of(challenge)
