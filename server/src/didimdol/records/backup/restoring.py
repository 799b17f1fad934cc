"""From a backup to a running installation: read and verified as a whole first, then filled in one transaction."""

from __future__ import annotations

import gzip
import json
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from didimdol.kernel import guard
from didimdol.kernel.models import Blob
from didimdol.kernel.words import Text, text
from didimdol.records import keys
from didimdol.records.backup import vault
from didimdol.records.backup.contents import (
    BLOBS,
    MANIFEST,
    SECRET,
    TABLES,
    Manifest,
    Sum,
    copy_statement,
    stored_tables,
)
from didimdol.records.backup.problems import BackupProblem, damaged
from didimdol.records.models import SigningKey
from didimdol.records.verifying import Verification, verify

Say = Callable[[Text], None]
QUEUE = "procrastinate_"
SPOOL = 16 * 1024 * 1024


@dataclass(slots=True)
class Restored:
    manifest: Manifest
    log: Verification
    closed_keys: list[str] = field(default_factory=list)  # keys in force that the secret does not open

    @property
    def holds(self) -> bool:
        return self.log.holds and not self.closed_keys and not self.manifest.lost


@contextmanager
def opened(source: Path, passphrase: str) -> Iterator[tarfile.TarFile]:
    with source.open("rb") as file, vault.Reader(file, passphrase) as clear:
        try:
            with tarfile.open(fileobj=clear, mode="r|") as archive:
                yield archive
        except (tarfile.TarError, EOFError, gzip.BadGzipFile) as error:
            raise damaged(str(error)) from error


def content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Any:
    inside = archive.extractfile(member)
    if inside is None:
        raise damaged(member.name)
    return inside


# --- is the file what it says? --------------------------------------------------------------------------------------


def check(source: Path, passphrase: str) -> Manifest:
    """Read the whole file and compare everything with its manifest. Changes nothing. Raises BackupProblem."""
    return _read_through(source, passphrase)[0]


def _read_through(source: Path, passphrase: str) -> tuple[Manifest, str]:
    sums: dict[str, Sum] = {}
    manifest: Manifest | None = None
    secret = ""
    blobs = blob_bytes = 0
    with opened(source, passphrase) as archive:
        for member in archive:
            inside = content(archive, member)
            if member.name == SECRET:
                secret = inside.read().decode()
            elif member.name == MANIFEST:
                manifest = Manifest.of_json(json.loads(inside.read()))
            elif member.name.startswith(TABLES):
                table = member.name.split("/")[1]
                sums.setdefault(table, Sum()).add(gzip.decompress(inside.read()))
            elif member.name.startswith(BLOBS):
                _require_named(member.name, inside)
                blobs, blob_bytes = blobs + 1, blob_bytes + member.size
            else:
                raise damaged(member.name)
    if manifest is None:
        raise damaged(MANIFEST)
    for name, entry in manifest.tables.items():
        if sums.pop(name, Sum()).hex != entry.sha256:
            raise damaged(name)
    if sums or not secret or (blobs, blob_bytes) != (manifest.blobs, manifest.blob_bytes):
        raise damaged(next(iter(sums), "blobs"))
    return manifest, secret


def _require_named(path: str, inside: Any) -> None:
    """A blob's name is the hash of its bytes."""
    seen = Sum()
    while chunk := inside.read(1024 * 1024):
        seen.add(chunk)
    if seen.hex != path.rsplit("/", 1)[-1]:
        raise damaged(path)


# --- may it be filled in here? --------------------------------------------------------------------------------------


def require_alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(nullif(application_name, ''), 'psql') FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        others = sorted({name for (name,) in cursor.fetchall()})
    if others:
        raise BackupProblem(
            "database_in_use",
            f"데이터베이스에 다른 연결이 있습니다({', '.join(others)}).",
            f"Somebody else is connected to the database ({', '.join(others)}).",
            "서버와 작업자를 멈춘 뒤 다시 실행하십시오.",
            "Stop the server and the workers, then try again.",
        )


def require_empty() -> None:
    existing = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for model in guard.audited_models():
            table = model._meta.db_table
            if table not in existing:
                continue
            if count(cursor, table):
                name = connection.settings_dict["NAME"]
                raise BackupProblem(
                    "target_not_empty",
                    f"데이터베이스 ‘{name}’에 이미 자료가 있습니다({table}).",
                    f"The database '{name}' holds rows already ({table}).",
                    "빈 데이터베이스를 쓰거나, 지금 있는 자료를 모두 버려도 된다면 --force 를 붙이십시오.",
                    "Use an empty database, or add --force if everything in it may be thrown away.",
                )


def count(cursor: Any, table: str) -> int:
    cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
    return int(cursor.fetchone()[0])


def require_known(migrations: list[tuple[str, str]]) -> None:
    known = set(MigrationExecutor(connection).loader.disk_migrations)
    unknown = [f"{app}.{name}" for app, name in migrations if (app, name) not in known]
    if unknown:
        raise BackupProblem(
            "backup_newer",
            f"이 프로그램이 모르는 버전의 백업입니다({unknown[0]}).",
            f"The backup was made by a version that this program does not know ({unknown[0]}).",
            "백업을 만든 버전이나 그보다 새 버전을 설치한 뒤 복원하십시오.",
            "Install the version that made it, or a later one, and restore with that.",
        )


def require_secret(secret: str) -> None:
    """A secret given by the environment cannot be replaced from here."""
    given = os.environ.get("DIDIMDOL_SECRET_KEY")
    if given and given != secret:
        raise BackupProblem(
            "other_secret",
            "DIDIMDOL_SECRET_KEY 가 백업의 비밀값과 다릅니다. 이대로는 서명 열쇠를 열 수 없습니다.",
            "DIDIMDOL_SECRET_KEY differs from the backup's secret; the signing keys would not open.",
            "변수를 지우고 복원하면 비밀값이 var/secret-key 에 놓입니다.",
            "Unset it: restore then puts the secret into var/secret-key.",
        )


# --- filling in -----------------------------------------------------------------------------------------------------


def restore(source: Path, passphrase: str, *, force: bool, say: Say) -> Restored:
    """Make this installation what it was. Raises BackupProblem before anything is changed."""
    manifest, secret = _read_through(source, passphrase)
    say(text(f"백업이 온전합니다({manifest.when}).", "The backup is whole."))
    require_secret(secret)
    require_known(manifest.migrations)
    require_alone()
    if not force:
        require_empty()

    make_tables(manifest.migrations)
    say(text(f"표 {len(manifest.tables)}개를 만들었습니다.", f"{len(manifest.tables)} tables are made."))
    with transaction.atomic(durable=True):
        fill(source, passphrase, manifest, say)
        set_sequences(manifest.sequences)
        require_all_blobs(manifest)
    if force:
        remove_strays()
    keep_secret(secret)
    call_command("migrate", verbosity=0)  # from the backup's version to this one; its guards and rights
    say(text("기록을 검증합니다.", "Verifying the log."))
    return Restored(manifest, verify(), closed_keys())


def make_tables(migrations: list[tuple[str, str]]) -> None:
    """Empty tables as they were in the version that made the backup."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    executor = MigrationExecutor(connection)
    nodes = set(migrations)
    graph = executor.loader.graph
    parents = {(p.key[0], p.key[1]) for key in nodes for p in graph.node_map[key].parents if p.key[0] == key[0]}
    executor.migrate(sorted(nodes - parents))
    guard.install()


def fill(source: Path, passphrase: str, manifest: Manifest, say: Say) -> None:
    """Rows through the guards and constraints of the database, then the bytes; one transaction."""
    prepare_tables(manifest)
    step = -(-manifest.blobs // 10)
    blobs = 0
    with opened(source, passphrase) as archive, connection.cursor() as cursor:
        for member in archive:
            inside = content(archive, member)
            if member.name.startswith(TABLES):
                table = member.name.split("/")[1]
                rows = gzip.decompress(inside.read())  # whole rows: a part never ends inside one
                with cursor.copy(copy_statement(table, manifest.tables[table].columns, "FROM STDIN")) as copy:
                    copy.write(rows)
            elif member.name.startswith(BLOBS):
                keep_bytes(member.name, inside)
                blobs += 1
                if blobs % step == 0 or blobs == manifest.blobs:
                    say(text(f"파일 {blobs:,}/{manifest.blobs:,}개", f"{blobs:,} of {manifest.blobs:,} files"))
        for table, entry in manifest.tables.items():
            if count(cursor, table) != entry.rows:
                raise damaged(table)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in manifest.tables:
            if table.startswith(QUEUE):
                cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')
    say(text(f"{manifest.rows:,}행을 채웠습니다.", f"{manifest.rows:,} rows are back."))


def prepare_tables(manifest: Manifest) -> None:
    here = stored_tables()
    for name, entry in manifest.tables.items():
        if set(here.get(name, ())) != set(entry.columns):
            raise damaged(name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('didimdol.action', 'records.restore', true)")
        for name in reversed(here):
            if count(cursor, name):  # rows that a migration made
                cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
            # The queue's own triggers write rows and wake workers; here its rows come from the backup.
            if name.startswith(QUEUE):
                cursor.execute(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')


def keep_bytes(path: str, inside: Any) -> None:
    """Under the same name; bytes that stand there already and are the same stay."""
    with SpooledTemporaryFile(SPOOL) as spool:
        while chunk := inside.read(1024 * 1024):
            spool.write(chunk)
        if default_storage.exists(path):
            seen = Sum()
            with default_storage.open(path, "rb") as there:
                for chunk in there.chunks():
                    seen.add(chunk)
            if seen.hex == path.rsplit("/", 1)[-1]:
                return
            default_storage.delete(path)
        spool.seek(0)
        default_storage.save(path, File(spool))


def set_sequences(sequences: dict[str, int]) -> None:
    with connection.cursor() as cursor:
        for name, value in sequences.items():
            cursor.execute("SELECT setval(%s::regclass, %s, true)", [f'public."{name}"', value])


def require_all_blobs(manifest: Manifest) -> None:
    """Every row of a blob has its bytes, but for those that were lost before."""
    lost = set(manifest.lost)
    for blob in Blob.objects.unscoped(why="the whole installation is restored").iterator(chunk_size=2000):
        if blob.path not in lost and (
            not default_storage.exists(blob.path) or default_storage.size(blob.path) != blob.size
        ):
            raise damaged(blob.path)


def remove_strays() -> None:
    """Bytes of the installation that was thrown away."""
    blobs = Blob.objects.unscoped(why="the whole installation is restored")
    ours = {blob.path for blob in blobs.iterator(chunk_size=2000)}
    for path in stored_paths(BLOBS.rstrip("/")):
        if path not in ours:
            default_storage.delete(path)


def stored_paths(folder: str) -> Iterator[str]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}/{name}" for name in files)
    for name in folders:
        yield from stored_paths(f"{folder}/{name}")


def keep_secret(secret: str) -> None:
    """Where the settings look for it at the next start, and in this process."""
    settings.SECRET_KEY = secret
    if os.environ.get("DIDIMDOL_SECRET_KEY") == secret:
        return
    path = Path(settings.VAR) / "secret-key"
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name("secret-key.new")
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(secret)
    scratch.replace(path)


def closed_keys() -> list[str]:
    closed = []
    for key in SigningKey.objects.within(retired_at=None):
        try:
            keys.opened(key)
        except keys.KeyUnreadable:
            closed.append(key.key_id)
    return closed
