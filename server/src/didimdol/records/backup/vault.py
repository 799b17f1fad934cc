"""An encrypted file, written and read as a stream: AES-256-GCM in chunks, the key from a passphrase by scrypt.

Every chunk's nonce is its number and whether it is the last, so that chunks can be neither changed, swapped nor cut off;
the first line (format, parameters, salt) is authenticated with each of them.
"""

from __future__ import annotations

import hashlib
import io
import json
import secrets
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from didimdol.records.backup.problems import BackupProblem, damaged

FORMAT = "didimdol.backup/1"
CHUNK = 1024 * 1024
TAG = 16
LEAST_PASSPHRASE = 12
#: scrypt at 128 MB a guess; a file that asks for more than the second figure is not ours
COST, MOST_COST = 2**17, 2**20


class Writer(io.RawIOBase):
    """``write`` what shall be secret; ``close`` marks the end. Without it the file does not open."""

    def __init__(self, file: IO[bytes], passphrase: str) -> None:
        require_passphrase(passphrase)
        salt = secrets.token_bytes(16)
        key, check = derived(passphrase, salt, COST)
        said = {"format": FORMAT, "kdf": "scrypt", "n": COST, "r": 8, "p": 1, "salt": salt.hex(), "check": check}
        self.head = json.dumps(said).encode() + b"\n"
        self.file, self.cipher, self.number, self.waiting = file, AESGCM(key), 0, bytearray()
        file.write(self.head)

    def writable(self) -> bool:
        return True

    def write(self, more: Any) -> int:
        self.waiting += more
        while len(self.waiting) > CHUNK:  # one byte at least stays: the last chunk is known at the end only
            self._put(bytes(self.waiting[:CHUNK]), last=False)
            del self.waiting[:CHUNK]
        return len(more)

    def close(self) -> None:
        if not self.closed:
            self._put(bytes(self.waiting), last=True)
        super().close()

    def _put(self, clear: bytes, *, last: bool) -> None:
        self.file.write(self.cipher.encrypt(nonce(self.number, last), clear, self.head))
        self.number += 1


class Reader(io.RawIOBase):
    """The clear bytes of such a file. Raises BackupProblem for a wrong passphrase and for anything changed."""

    def __init__(self, file: IO[bytes], passphrase: str) -> None:
        self.head = file.readline(1000)
        try:
            said = json.loads(self.head)
            salt, cost, check = bytes.fromhex(said["salt"]), int(said["n"]), str(said["check"])
            ours = said["format"] == FORMAT and (said["kdf"], said["r"], said["p"]) == ("scrypt", 8, 1)
        except (ValueError, KeyError, TypeError):
            ours, salt, cost, check = False, b"", 0, ""
        if not ours or not 2 <= cost <= MOST_COST or cost & (cost - 1):
            raise BackupProblem(
                "not_a_backup",
                "디딤돌 백업 파일이 아닙니다.",
                "This is not a Didimdol backup of a format known here.",
                "‘didimdol backup’으로 만든 파일을 지정하십시오.",
                "Name a file that 'didimdol backup' made.",
            )
        key, expected = derived(passphrase, salt, cost)
        if not secrets.compare_digest(check, expected):
            raise BackupProblem(
                "wrong_passphrase",
                "암호 구절이 맞지 않습니다.",
                "The passphrase is wrong.",
                "백업을 만들 때 쓴 암호 구절을 넣으십시오.",
                "Give the passphrase that the backup was made with.",
            )
        self.file, self.cipher, self.number = file, AESGCM(key), 0
        self.ahead, self.clear = file.read(CHUNK + TAG), b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self.clear and self.ahead:
            sealed, self.ahead = self.ahead, self.file.read(CHUNK + TAG)
            try:
                self.clear = self.cipher.decrypt(nonce(self.number, not self.ahead), sealed, self.head)
            except InvalidTag:
                raise damaged(f"{self.number * CHUNK:,} B") from None
            self.number += 1
        size = min(len(buffer), len(self.clear))
        buffer[:size], self.clear = self.clear[:size], self.clear[size:]
        return size


def nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def derived(passphrase: str, salt: bytes, cost: int) -> tuple[bytes, str]:
    """The key, and what tells a wrong passphrase from a damaged file."""
    both = Scrypt(salt=salt, length=64, n=cost, r=8, p=1).derive(passphrase.encode())
    return both[:32], hashlib.sha256(both[32:]).hexdigest()[:32]


def require_passphrase(passphrase: str) -> None:
    if len(passphrase) < LEAST_PASSPHRASE:
        raise BackupProblem(
            "passphrase_short",
            f"암호 구절은 {LEAST_PASSPHRASE}자 이상이어야 합니다. 백업에는 서명 열쇠와 신청 내용이 들어갑니다.",
            f"The passphrase needs {LEAST_PASSPHRASE} characters or more: the backup holds the signing keys and "
            "everybody's applications.",
            "--passphrase-file FILE 이나 DIDIMDOL_BACKUP_PASSPHRASE 로 주거나, 물을 때 넣으십시오.",
            "Give it by --passphrase-file FILE or DIDIMDOL_BACKUP_PASSPHRASE, or when asked.",
        )
