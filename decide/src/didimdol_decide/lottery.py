"""The draw that ends every tie: committed before the ballots lock, open to anyone afterwards."""

from __future__ import annotations

import hashlib
import secrets


def new_seed() -> str:
    """A fresh secret seed: 64 hexadecimal digits (256 bits)."""
    return secrets.token_hex(32)


def commitment(seed: str) -> str:
    """SHA-256 of the seed (UTF-8), hexadecimal: published before the ballots lock, so that nobody can
    choose the seed after seeing the scores. Use `new_seed`; a guessable seed would reveal the draw from its
    commitment."""
    return hashlib.sha256(seed.encode("utf-8")).hexdigest()


def draw(seed: str, application: str) -> str:
    """The application's lot: SHA-256 of "seed:application", hexadecimal. The lowest lot comes first."""
    return hashlib.sha256(f"{seed}:{application}".encode()).hexdigest()
