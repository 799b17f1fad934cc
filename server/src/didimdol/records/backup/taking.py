"""Taking a backup while the installation runs: the rows of one moment, and the bytes that they name."""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from didimdol.kernel import clock
from didimdol.kernel.models import Blob
from didimdol.kernel.words import Text, text
from didimdol.records import keys
from didimdol.records.backup import vault
from didimdol.records.backup.contents import (
    MANIFEST,
    SECRET,
    TABLES,
    Manifest,
    Sum,
    TableEntry,
    copy_statement,
    stored_tables,
)
from didimdol.records.backup.problems import BackupProblem
from didimdol.records.models import SigningKey

PART = 8 * 1024 * 1024
Say = Callable[[Text], None]


def take(target: Path, passphrase: str, say: Say) -> Manifest:
    """Write the backup to ``target``: whole, or not at all. What was lost before is listed in the manifest."""
    vault.require_passphrase(passphrase)
    if target.exists():
        raise BackupProblem(
            "backup_exists",
            f"{target} 파일이 이미 있습니다.",
            f"{target} exists already.",
            "다른 이름을 쓰십시오. 백업은 덮어쓰지 않습니다.",
            "Choose another name; a backup is never overwritten.",
        )
    require_opening_key()
    scratch = target.with_name(f".{target.name}.part")
    try:
        with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with vault.Writer(file, passphrase) as writer, tarfile.open(fileobj=writer, mode="w|") as archive:
                put(archive, SECRET, settings.SECRET_KEY.encode())
                with snapshot() as manifest:
                    write_tables(archive, manifest, say)
                    # Bytes are never changed or removed by the application: they may be read after the rows.
                    listed = blobs_of_the_snapshot()
                write_blobs(archive, manifest, listed, say)
                put(archive, MANIFEST, json.dumps(manifest.as_json(), ensure_ascii=False).encode())
            file.flush()
            os.fsync(file.fileno())
        scratch.rename(target)
    finally:
        scratch.unlink(missing_ok=True)
    return manifest


def require_opening_key() -> None:
    """The rows of one installation with the secret of another would be a backup in name only."""
    for key in SigningKey.objects.within(retired_at=None):
        try:
            keys.opened(key)
        except keys.KeyUnreadable as error:
            raise BackupProblem(
                "other_secret",
                f"이 설치의 비밀값으로 서명 열쇠 {key.key_id}를 열 수 없습니다.",
                f"The secret of this installation does not open the signing key {key.key_id}.",
                "DIDIMDOL_VAR 와 DIDIMDOL_SECRET_KEY 가 이 데이터베이스의 것인지 확인하십시오. 비밀값을 잃었다면 열쇠를 교체하십시오.",
                "See that DIDIMDOL_VAR and DIDIMDOL_SECRET_KEY belong to this database; if the secret is lost, rotate the key.",
            ) from error


@contextmanager
def snapshot() -> Iterator[Manifest]:
    """One moment of the database; writers go on. Inside: the tables as they were then."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'")
            sequences = {name: value for name, value in cursor.fetchall() if value is not None}
            cursor.execute("SHOW server_version")
            (postgresql,) = cursor.fetchone()
        manifest = Manifest(
            made_at=clock.real().isoformat(),
            version=_version(),
            postgresql=postgresql,
            migrations=sorted(MigrationRecorder(connection).applied_migrations()),
            sequences=sequences,
        )
        for name, columns in stored_tables().items():
            manifest.tables[name] = TableEntry(columns)
        yield manifest


def write_tables(archive: tarfile.TarFile, manifest: Manifest, say: Say) -> None:
    for name, entry in manifest.tables.items():
        _write_table(archive, name, entry)
    say(
        text(
            f"표 {len(manifest.tables)}개, {manifest.rows:,}행",
            f"{len(manifest.tables)} tables, {manifest.rows:,} rows",
        )
    )


def _write_table(archive: tarfile.TarFile, name: str, entry: TableEntry) -> None:
    total, part = Sum(), bytearray()

    def flush() -> None:
        put(archive, f"{TABLES}{name}/{entry.parts:06}.gz", gzip.compress(bytes(part), 6, mtime=0))
        entry.parts += 1
        part.clear()

    with connection.cursor() as cursor, cursor.copy(copy_statement(name, entry.columns, "TO STDOUT")) as rows:
        for row in rows:  # one row a turn: a part never ends inside one
            part += total.add(bytes(row))
            entry.rows += bytes(row).count(b"\n")  # those inside a value are escaped
            if len(part) >= PART:
                flush()
    if part:
        flush()
    entry.sha256 = total.hex


def blobs_of_the_snapshot() -> list[tuple[str, str, int]]:
    blobs = Blob.objects.unscoped(why="the whole installation is copied").order_by("pk")
    return [(blob.path, blob.sha256, blob.size) for blob in blobs.iterator(chunk_size=2000)]


def write_blobs(archive: tarfile.TarFile, manifest: Manifest, listed: list[tuple[str, str, int]], say: Say) -> None:
    step = -(-len(listed) // 10)
    for number, (path, sha256, size) in enumerate(listed, start=1):
        if _whole(path, sha256, size):
            with default_storage.open(path, "rb") as bytes_of_it:
                archive.addfile(_member(path, size), bytes_of_it)  # raises when the file ends early
            manifest.blobs += 1
            manifest.blob_bytes += size
        else:
            manifest.lost.append(path)
        if number % step == 0 or number == len(listed):
            say(text(f"파일 {number:,}/{len(listed):,}개", f"{number:,} of {len(listed):,} files"))


def _whole(path: str, sha256: str, size: int) -> bool:
    """Read once to know: a member of an archive cannot be taken back."""
    seen = Sum()
    try:
        with default_storage.open(path, "rb") as bytes_of_it:
            for chunk in bytes_of_it.chunks():
                seen.add(chunk)
    except OSError:
        return False
    return (seen.hex, seen.size) == (sha256, size)


def _version() -> str:
    try:
        return version("didimdol")
    except PackageNotFoundError:  # run from its sources
        return ""


def put(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    archive.addfile(_member(name, len(content)), io.BytesIO(content))


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = size
    return member
