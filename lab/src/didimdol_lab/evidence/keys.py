"""Ed25519 keys: one's own in a file, and the published ones of platforms and devices."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

KnownKeys = Mapping[str, str]
"""Key id to public key (64 hexadecimal digits)."""


class KeyFile(ValueError):
    """A key file that cannot be used; both texts say why."""

    def __init__(self, ko: str, en: str) -> None:
        super().__init__(en)
        self.ko, self.en = ko, en


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key with its public half: `key_id` is made of the public key, so that neither can be swapped alone."""

    private: Ed25519PrivateKey

    @property
    def public_hex(self) -> str:
        return self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    @property
    def key_id(self) -> str:
        return key_id_of(self.public_hex)


def key_id_of(public_hex: str) -> str:
    """As the platform names its keys: "k-" and 16 digits of the SHA-256 of the raw public key."""
    return "k-" + hashlib.sha256(bytes.fromhex(public_hex)).hexdigest()[:16]


def well_named(key_id: str, public_hex: str) -> bool:
    """Whether this is a public key (64 hexadecimal digits) and its name."""
    spelt = len(public_hex) == 64 and not set(public_hex) - set("0123456789abcdef")
    return spelt and key_id_of(public_hex) == key_id


def holds(public_hex: str, signature: bytes, message: bytes) -> bool:
    """Whether the signature over the message is of this key."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_hex)).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def own_key(path: Path) -> Signer:
    """The key in this file; made once, readable by its owner only. Raises KeyFile."""
    try:
        if not path.exists():
            return Signer(_made(path))
        loaded = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as problem:
        raise KeyFile(
            f"{path}: 서명 열쇠로 쓸 수 없습니다({problem}).",
            f"{path}: cannot be used as a signing key ({problem}).",
        ) from None
    if not isinstance(loaded, Ed25519PrivateKey):
        raise KeyFile(f"{path}: Ed25519 열쇠가 아닙니다.", f"{path}: is no Ed25519 key.")
    return Signer(loaded)


def _made(path: Path) -> Ed25519PrivateKey:
    made = Ed25519PrivateKey.generate()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return made


def read_known(path: Path) -> dict[str, str]:
    """Published keys: the platform's `/.well-known/didimdol-keys.json`, or a file of the same form. Raises KeyFile."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        known = {str(key["key_id"]): str(key["public_key"]) for key in document["keys"]}
        if not all(len(public) == 64 and bytes.fromhex(public) for public in known.values()):
            raise ValueError("public_key")
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError) as problem:
        raise KeyFile(
            f"{path}: 공개 열쇠 목록으로 읽을 수 없습니다({problem}).",
            f"{path}: is no list of public keys ({problem}).",
        ) from None
    return known
