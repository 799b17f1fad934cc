"""The key a record is signed with, as a PEM file."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from didimdol_decide.commands.files import WrongUse, cannot_write


def write_private(path: str, content: bytes) -> None:
    """A new file that only its owner reads. Raises WrongUse, also where it exists already."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise WrongUse(
            f"파일이 이미 있습니다: {path}. 덮어쓰지 않으니 다른 이름을 주십시오.",
            f"{path} exists already and is never overwritten; give another name",
        ) from error
    except OSError as error:
        raise cannot_write(path, error) from error
    with os.fdopen(handle, "wb") as file:
        file.write(content)


def read_signing_key(path: str) -> Ed25519PrivateKey:
    """The Ed25519 key in a PEM file without password, made where the file is missing. Raises WrongUse."""
    if not Path(path).exists():
        key = Ed25519PrivateKey.generate()
        write_private(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return key
    try:
        loaded = load_pem_private_key(Path(path).read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise WrongUse(
            f"열쇠를 읽을 수 없습니다: {path}. 암호 없는 Ed25519 PEM 파일이어야 합니다.",
            f"Cannot read the key in {path}: it must be an Ed25519 key as PEM without a password",
        ) from error
    if not isinstance(loaded, Ed25519PrivateKey):
        raise WrongUse(
            f"Ed25519 열쇠가 아닙니다: {path}. 없는 파일 이름을 주면 새로 만듭니다.",
            f"{path} holds no Ed25519 key; give the name of a missing file to have one made",
        )
    return loaded
