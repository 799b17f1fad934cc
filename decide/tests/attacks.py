"""What somebody with a public record in hand can try against its commitments."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from typing import Any

from didimdol_decide.canonical import digest
from didimdol_decide.record.tiers import commitment_to


def texts(value: Any) -> Iterator[str]:
    """Every text in a document, keys too, and every number as text."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif value is not None:
        yield str(value)


def openable(commitments: Iterable[str], lines: dict[str, dict[str, Any]], hand: Any) -> set[str]:
    """Ids whose commitment opens to a guesser who knows the whole true line (the best guess there is), with a
    salt made of anything in `hand`: as it stands, hashed, or as the key of the salts."""
    wanted = set(commitments)
    known = {"", *texts(hand)}
    known |= {hashlib.sha256(text.encode()).hexdigest() for text in known}
    keys = [bytes.fromhex(text) for text in known if len(text) == 64 and set(text) <= set("0123456789abcdef")]
    found = set()
    for key, line in lines.items():
        salts = [*known, *(hmac.new(secret, key.encode(), hashlib.sha256).hexdigest() for secret in keys)]
        if digest(line) in wanted or any(commitment_to(line, salt) in wanted for salt in salts):
            found.add(key)
    return found
