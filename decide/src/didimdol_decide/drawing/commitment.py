"""Two bodies, one seed that neither could choose: commit first, reveal then."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from typing import Annotated

from pydantic import StringConstraints

from didimdol_decide.canonical import canonical_json
from didimdol_decide.plain import Id, Plain
from didimdol_decide.record.inputs import Sha256

COMMITMENT = "didimdol.draw.commitment/1"
SEED = "didimdol.draw.seed/1"


class Commitment(Plain):
    """What a body publishes before anybody reveals."""

    body: Id
    commitment: Sha256


class Reveal(Plain):
    """What opens a commitment. salt: 256 random bits, so that a secret people can guess (dice, a lottery
    number) cannot be found from its commitment."""

    body: Id
    secret: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    salt: Sha256

    def commitment(self, pool_digest: str) -> Commitment:
        """The commitment to this secret, for this pool and this body only: a copied one opens nothing.

        SHA-256 over the purpose, a line break, and the canonical JSON of pool digest, body, secret, salt.
        """
        return Commitment(body=self.body, commitment=_hash(COMMITMENT, [pool_digest, *self._parts()]))

    def _parts(self) -> list[str]:
        return [self.body, self.secret, self.salt]


def new_reveal(body: str, secret: str | None = None) -> Reveal:
    """A secret for a body (256 random bits if none is given) with a fresh salt."""
    return Reveal(body=body, secret=secret or secrets.token_hex(32), salt=secrets.token_hex(32))


def seed_of(pool_digest: str, reveals: Iterable[Reveal]) -> str:
    """The seed: SHA-256 over the pool's digest and every body's secret and salt, in order of the bodies."""
    parts = [reveal._parts() for reveal in sorted(reveals, key=lambda reveal: reveal.body)]
    return _hash(SEED, [pool_digest, parts])


def _hash(purpose: str, content: object) -> str:
    return hashlib.sha256(purpose.encode("utf-8") + b"\n" + canonical_json(content)).hexdigest()
