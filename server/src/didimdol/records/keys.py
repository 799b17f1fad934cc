"""The key ring: Ed25519 keys that sign receipts, decisions and heads. Public halves are published for ever."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import connection

from didimdol.kernel import clock
from didimdol.kernel.action import audit, save, writing
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.problems import Problem
from didimdol.kernel.words import text
from didimdol.records.models import SigningKey
from didimdol_decide.sealing import public_hex


class KeyUnreadable(Problem):
    """The private half was encrypted with another secret of the installation."""

    status = 500

    def __init__(self, key_id: str) -> None:
        super().__init__(
            "signing_key_unreadable",
            text(f"서명 열쇠 {key_id}를 열 수 없습니다.", f"The signing key {key_id} cannot be opened."),
            text(
                "설치의 비밀값(DIDIMDOL_SECRET_KEY)을 되돌리거나, 열쇠를 교체하십시오.",
                "Restore the installation's secret (DIDIMDOL_SECRET_KEY), or rotate the key.",
            ),
        )


def current() -> tuple[str, Ed25519PrivateKey]:
    """The key in force with its id; made on first use. Raises KeyUnreadable."""
    key = _in_force()
    if key is None:
        with writing("records.make_key", SYSTEM):
            lock_ring()
            key = _in_force() or make()
    return key.key_id, opened(key)


def _in_force() -> SigningKey | None:
    ring = SigningKey.objects.unscoped(why="the installation's key ring")
    return ring.filter(retired_at=None).order_by("-valid_from").first()


def lock_ring() -> None:
    """One writer of the ring at a time, also while it is still empty."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('didimdol.records.keys'))")


def make() -> SigningKey:
    """A new key, from now on. Inside an action that holds the ring."""
    private = Ed25519PrivateKey.generate()
    public = public_hex(private)
    key = SigningKey(
        key_id="k-" + hashlib.sha256(bytes.fromhex(public)).hexdigest()[:16],
        public_key=public,
        private_key=_cipher().encrypt(private.private_bytes_raw()).decode(),
        valid_from=clock.real(),
    )
    save(key)
    audit("records.key_made", key, facts={"key_id": key.key_id, "public_key": key.public_key})
    return key


def opened(key: SigningKey) -> Ed25519PrivateKey:
    try:
        return Ed25519PrivateKey.from_private_bytes(_cipher().decrypt(key.private_key.encode()))
    except InvalidToken as error:
        raise KeyUnreadable(key.key_id) from error


def _cipher() -> Fernet:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"didimdol.records.signing-keys/1")
    return Fernet(base64.urlsafe_b64encode(derive.derive(settings.SECRET_KEY.encode())))


def public_ring() -> dict[str, Any]:
    """What is published: every key that ever signed. ``didimdol-decide recompute --keys`` reads it."""
    ring = SigningKey.objects.unscoped(why="public halves are public").order_by("valid_from")
    return {
        "format": "didimdol.keys/1",
        "keys": [
            {
                "key_id": key.key_id,
                "algorithm": "Ed25519",
                "public_key": key.public_key,
                "valid_from": key.valid_from.isoformat(),
                "retired_at": key.retired_at.isoformat() if key.retired_at else None,
            }
            for key in ring
        ],
    }


def published() -> dict[str, str]:
    """key_id → public key in hexadecimal."""
    return {key["key_id"]: key["public_key"] for key in public_ring()["keys"]}
