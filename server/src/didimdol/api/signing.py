"""The secrets of webhooks, and the signature by which a receiver knows that a delivery is ours and fresh."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

HEADER = "Didimdol-Signature"


def new_secret() -> str:
    return f"whsec_{secrets.token_urlsafe(32)}"


def sealed(clear: str) -> str:
    """A secret as it is stored: it must be read again to sign, so it is encrypted, not hashed."""
    return _cipher().encrypt(clear.encode()).decode()


def opened(stored: str) -> str:
    return _cipher().decrypt(stored.encode()).decode()


def signature(keys: Sequence[str], at: int, body: bytes) -> str:
    """``t=…,v1=…``: one v1 a key; HMAC-SHA256 over the decimal ``at`` (seconds since 1970), a full stop and the body.

    The moment is signed too, so that an old delivery cannot be replayed as a new one.
    """
    signed = str(at).encode() + b"." + body
    codes = [hmac.new(key.encode(), signed, hashlib.sha256).hexdigest() for key in keys]
    return ",".join([f"t={at}", *(f"v1={code}" for code in codes)])


def _cipher() -> Fernet:
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"didimdol.api.webhook-secrets/1")
    return Fernet(base64.urlsafe_b64encode(derive.derive(settings.SECRET_KEY.encode())))
