"""How a statement and what it speaks of are spelt: one way only, so that equal things have equal hashes."""

from __future__ import annotations

import hashlib

from pydantic import BaseModel

from .envelope import canonical

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"


def document(model: BaseModel) -> bytes:
    """A contract model as JSON in one spelling."""
    return canonical(model.model_dump(mode="json", by_alias=True))


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
