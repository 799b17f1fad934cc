"""A real drill: an installation at work, its backup, another database, and everything is there again."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.files.storage import default_storage
from django.db import connection

from didimdol.kernel.action import audit, writing
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.blobs import store
from didimdol.kernel.models import Blob
from didimdol.records import keys
from didimdol.records.actions import sign_heads
from didimdol.records.backup import restoring, taking, vault
from didimdol.records.backup.contents import in_order
from didimdol.records.backup.problems import BackupProblem
from didimdol.records.models import AuditEvent
from server.tests import worlds
from server.tests.records.conftest import link

pytestmark = pytest.mark.django_db(transaction=True)

PASSPHRASE = "넓은 강에는 돌다리가 있다"
ORGANISATION = UUID("6d0dc1f2-7a0a-4c55-9a4c-3f1df3f14b21")
BYTES = b"weights " * 40_000

#: asked of the restored installation by its own program
QUESTIONS = """
import json
from didimdol.kernel.actor import SYSTEM
from didimdol.kernel.blobs import open_blob
from didimdol.kernel.models import Blob
from didimdol.records import keys
from didimdol.records import keys
from didimdol.records.actions import sign_heads, log_export
from didimdol.records.models import AuditEvent, SealedRecord
from didimdol.records.verifying import verify
from didimdol_decide.sealing import verify as genuine
ring = keys.published()
log_export(actor=SYSTEM, what="drill", rows=1, reason="복원 훈련")  # it goes on from here
found = verify()
print(json.dumps({
    "holds": found.holds, "events": found.events, "heads": found.heads,
    "receipts": [genuine(r.document, ring)["number"] for r in SealedRecord.objects.unscoped(why="drill").order_by("id")],
    "blobs": {b.sha256: len(open_blob(b).read()) for b in Blob.objects.unscoped(why="drill")},
    "key": keys.current()[0],
}))
"""


def quietly(what: Any) -> None:
    """Nobody reads the progress."""


def keep(content: bytes) -> Blob:
    with writing("tests.keep", SYSTEM):
        blob = store(io.BytesIO(content), organisation=ORGANISATION, most_bytes=10_000_000)
        audit("test.kept", blob)
    return blob


@dataclass
class Machine:
    """A machine with its own database, files and secret."""

    database: str
    var: Path
    environment: dict[str, str]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "didimdol.conf.command", *words],
            env={**os.environ, "DATABASE_URL": self.database, "DIDIMDOL_VAR": str(self.var), **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def asked(self) -> dict[str, Any]:
        done = self.run("shell", "--verbosity", "0", "-c", QUESTIONS)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)  # type: ignore[no-any-return]


def address(database: str) -> str:
    told = connection.settings_dict
    return f"postgresql://{told['USER']}:{told['PASSWORD']}@/{database}?host={told['HOST']}&port={told['PORT']}"


@pytest.fixture
def here(tmp_path: Path) -> Machine:
    """The installation of this test's database."""
    secret = {"DIDIMDOL_SECRET_KEY": django_settings.SECRET_KEY, "DIDIMDOL_BACKUP_PASSPHRASE": PASSPHRASE}
    return Machine(address(connection.settings_dict["NAME"]), tmp_path, secret)


@pytest.fixture
def there(here: Machine, tmp_path: Path) -> Iterator[Machine]:
    """Another one, where nothing is yet."""
    name = f"{connection.settings_dict['NAME']}_restored"
    with closing(psycopg.connect(here.database, autocommit=True)) as owner:
        owner.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        owner.execute(f'CREATE DATABASE "{name}"')
        yield Machine(address(name), tmp_path / "there", {"DIDIMDOL_BACKUP_PASSPHRASE": PASSPHRASE})
        owner.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def saved(tmp_path: Path, db: None) -> Path:
    """A small backup: one event, one file."""
    keep(BYTES)
    target = tmp_path / "small.backup"
    taking.take(target, PASSPHRASE, quietly)
    return target


def problem_of(work: Callable[[], Any]) -> str:
    with pytest.raises(BackupProblem) as said:
        work()
    assert all(said.value.message.values())
    assert all(said.value.remedy.values())
    return said.value.code


# --- the drill ------------------------------------------------------------------------------------------------------


def test_another_machine_goes_on_where_the_first_one_stopped(here: Machine, there: Machine, tmp_path: Path) -> None:
    world = worlds.closed_challenge(applications=2)
    blob, lost = keep(BYTES), keep(b"lost before the backup")
    sign_heads(actor=SYSTEM)
    file = tmp_path / "didimdol.backup"
    default_storage.delete(lost.path)
    taken = here.run("backup", str(file))
    assert taken.returncode == 1, taken.stderr  # it says what it could not hold
    assert lost.path in taken.stdout
    assert blob.path not in taken.stdout
    events = AuditEvent.objects.unscoped(why="drill").count()
    clear = file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0
    assert not any(word.encode() in clear for word in ("비밀 계획", django_settings.SECRET_KEY, "weights weights"))

    done = there.run("restore", str(file))
    assert done.returncode == 1, done.stderr  # for the one lost file
    assert "Restored. The log holds" in done.stdout
    assert lost.path in done.stdout
    told = there.run("verify-log")
    assert told.returncode == 0, told.stdout
    (there.var / "files" / lost.path).parent.mkdir(parents=True, exist_ok=True)
    (there.var / "files" / lost.path).write_bytes(b"lost before the backup")
    answers = there.asked()
    assert answers["holds"]
    assert answers["events"] == events + 1
    assert answers["heads"] > 0
    assert sorted(answers["receipts"]) == sorted(application.number for application in world.applications)
    assert answers["blobs"][blob.sha256] == len(BYTES)
    assert there.run("migrate", "--check").returncode == 0

    refused = there.run("restore", str(file))
    assert refused.returncode == 2
    assert "--force" in refused.stderr
    assert there.asked()["events"] == events + 2  # untouched
    stray = there.var / "files" / "blobs" / str(ORGANISATION) / "00" / ("0" * 64)
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"of the installation that was thrown away")
    forced = there.run("restore", str(file), "--force")
    assert "Restored. The log holds" in forced.stdout, forced.stderr
    assert there.asked()["events"] == events + 1
    assert not stray.exists()


def test_the_file_can_be_checked_without_a_database(here: Machine, saved: Path) -> None:
    nowhere = Machine("postgresql:///nowhere?host=/nonexistent", here.var / "nowhere", here.environment)
    whole = nowhere.run("restore", "--check", str(saved))
    assert whole.returncode == 0, whole.stderr
    with saved.open("r+b") as file:
        file.seek(saved.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))
    damaged = nowhere.run("restore", "--check", str(saved))
    assert damaged.returncode == 1
    assert "changed or damaged" in damaged.stderr
    assert "Traceback" not in damaged.stderr


# --- one moment, while others write ---------------------------------------------------------------------------------


def test_it_holds_one_moment_while_others_go_on_writing(tmp_path: Path) -> None:
    link(None)
    before = AuditEvent.objects.unscoped(why="test").count()

    def somebody_else() -> None:
        try:
            link(None)
        finally:
            connection.close()

    with tarfile.open(tmp_path / "rows.tar", "w") as archive, taking.snapshot() as manifest:
        writer = Thread(target=somebody_else)
        writer.start()
        writer.join()
        taking.write_tables(archive, manifest, quietly)
    assert manifest.tables["records_auditevent"].rows == before
    assert AuditEvent.objects.unscoped(why="test").count() == before + 1


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", [0.0005, 0.3, 0.7, 0.99999])
def test_a_changed_byte_is_found(saved: Path, where: float) -> None:
    whole = bytearray(saved.read_bytes())
    whole[int(len(whole) * where)] ^= 1
    saved.write_bytes(whole)
    code = problem_of(lambda: restoring.check(saved, PASSPHRASE))
    assert code in {"backup_damaged", "wrong_passphrase", "not_a_backup"}


def sealed(path: Path, *pieces: bytes) -> Path:
    with path.open("wb") as file, vault.Writer(file, PASSPHRASE) as writer:
        for piece in pieces:
            writer.write(piece)
    return path


def test_the_vault_gives_back_what_was_put_in(tmp_path: Path) -> None:
    content = os.urandom(vault.CHUNK * 2 + 17)
    for size in (0, 1, vault.CHUNK, vault.CHUNK + 1, len(content)):
        path = sealed(tmp_path / "vault", content[: size // 2], content[size // 2 : size])
        with path.open("rb") as file, vault.Reader(file, PASSPHRASE) as reader:
            assert reader.read() == content[:size]


def test_chunks_can_be_neither_cut_off_nor_swapped(tmp_path: Path) -> None:
    path = sealed(tmp_path / "vault", bytes(vault.CHUNK), bytes(vault.CHUNK), b"end")
    whole, size = path.read_bytes(), vault.CHUNK + vault.TAG
    head, body = whole[: whole.index(b"\n") + 1], whole[whole.index(b"\n") + 1 :]
    for forged in (body[: 2 * size], body[size : 2 * size] + body[:size] + body[2 * size :], body[size:], b""):
        path.write_bytes(head + forged)
        with path.open("rb") as file, vault.Reader(file, PASSPHRASE) as reader:
            if forged:
                assert problem_of(reader.read) == "backup_damaged"
            else:
                assert reader.read() == b""  # nothing at all: the archive in it has no manifest
    path.write_bytes(head)
    assert problem_of(lambda: restoring.check(path, PASSPHRASE)) == "backup_damaged"


def as_archive(members: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for name, content in members.items():
            taking.put(archive, name, content)
    return held.getvalue()


def test_what_does_not_agree_with_its_own_manifest_is_refused(saved: Path, tmp_path: Path) -> None:
    """Sealed with the right passphrase, and still not what it says."""
    members: dict[str, bytes] = {}
    with restoring.opened(saved, PASSPHRASE) as archive:
        for member in archive:
            members[member.name] = restoring.content(archive, member).read()
    events = next(name for name in members if name.startswith("tables/records_auditevent/"))
    blob = next(name for name in members if name.startswith("blobs/"))
    for change in (
        lambda m: m.pop(events),
        lambda m: m.pop(blob),
        lambda m: m.pop("secret-key"),
        lambda m: m.pop("manifest.json"),
        lambda m: m.update({blob: b"other bytes"}),
        lambda m: m.update({"tables/people_person/000009.gz": m[events]}),
        lambda m: m.update({"more": b"x"}),
    ):
        forged = dict(members)
        change(forged)
        path = tmp_path / "forged.backup"
        sealed(path, as_archive(forged))
        assert problem_of(lambda p=path: restoring.check(p, PASSPHRASE)) == "backup_damaged"


def test_the_passphrase_is_asked_for_and_must_be_right(saved: Path, tmp_path: Path) -> None:
    assert problem_of(lambda: restoring.check(saved, "다른 구절이 왔습니다 열두 자")) == "wrong_passphrase"
    assert problem_of(lambda: taking.take(tmp_path / "x", "short", quietly)) == "passphrase_short"
    assert problem_of(lambda: taking.take(tmp_path / "x", "", quietly)) == "passphrase_short"
    assert not (tmp_path / "x").exists()


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    for content in (b"", b"PGDMP\n", b'{"format": "didimdol.backup/9"}\n', b"{}\n", b"[1]\n", b'{"n": 3}\n' * 9):
        path = tmp_path / "other"
        path.write_bytes(content)
        assert problem_of(lambda p=path: restoring.check(p, PASSPHRASE)) == "not_a_backup"


def test_a_backup_is_never_overwritten_and_never_half(
    saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = saved.read_bytes()
    assert problem_of(lambda: taking.take(saved, PASSPHRASE, quietly)) == "backup_exists"
    assert saved.read_bytes() == before

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(taking, "write_blobs", full)
    with pytest.raises(OSError, match="No space"):
        taking.take(tmp_path / "half.backup", PASSPHRASE, quietly)
    assert not list(tmp_path.glob("*half*"))


def test_a_database_with_rows_or_with_others_in_it_is_refused(saved: Path, here: Machine) -> None:
    assert problem_of(restoring.require_empty) == "target_not_empty"
    with closing(psycopg.connect(here.database)):
        assert problem_of(restoring.require_alone) == "database_in_use"


def test_another_secret_and_a_later_version_are_refused(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIDIMDOL_SECRET_KEY", "another")
    assert problem_of(lambda: restoring.require_secret("the backup's")) == "other_secret"
    restoring.require_secret("another")
    manifest = restoring.check(saved, PASSPHRASE)
    restoring.require_known(manifest.migrations)
    assert problem_of(lambda: restoring.require_known([("people", "9999_from_tomorrow")])) == "backup_newer"


def test_rows_and_secret_of_two_installations_make_no_backup(tmp_path: Path, settings: Any) -> None:
    keys.current()
    settings.SECRET_KEY = "of another installation"
    assert problem_of(lambda: taking.take(tmp_path / "x", PASSPHRASE, quietly)) == "other_secret"
    assert not (tmp_path / "x").exists()


def test_tables_come_after_those_that_they_point_at() -> None:
    assert in_order({"line": {"order"}, "order": {"person"}, "person": set()}) == ["person", "order", "line"]
    assert set(in_order({"egg": {"hen"}, "hen": {"egg"}, "farm": {"hen"}})) == {"egg", "hen", "farm"}
