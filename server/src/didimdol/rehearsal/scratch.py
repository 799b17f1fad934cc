"""A database and a folder of its own for a rehearsal: made on the same PostgreSQL, and gone at the end, also on Ctrl-C."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from didimdol.conf import embedded
from didimdol.conf.run import die_with_us

PREFIX = "didimdol_rehearsal_"
#: what a killed rehearsal left behind is removed by a later one
FORGOTTEN_AFTER = 24 * 3600


class NoScratch(Exception):
    """No database can be made; the message says why and what to do (in both languages: ``ko``, ``en``)."""

    def __init__(self, ko: str, en: str) -> None:
        super().__init__(en)
        self.ko, self.en = ko, en


@dataclass(frozen=True, slots=True)
class Scratch:
    url: str
    folder: Path

    def environment(self) -> dict[str, str]:
        """Of a process that lives in it: nothing of the live installation is reachable by its settings."""
        return {
            **{key: value for key, value in os.environ.items() if not key.startswith("DIDIMDOL_")},
            "DATABASE_URL": self.url,
            "DIDIMDOL_VAR": str(self.folder),
            "DIDIMDOL_CLOCK_MOVABLE": "1",
            "DIDIMDOL_DEVELOPMENT": "1",
            "DIDIMDOL_LOG_LEVEL": "ERROR",
            "DJANGO_SETTINGS_MODULE": "didimdol.conf.settings",
        }

    def command(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            env=self.environment(),
            start_new_session=True,  # Ctrl-C is for us; we end it in order
            preexec_fn=die_with_us(),
        )


@contextmanager
def scratch(var: Path) -> Iterator[Scratch]:
    """A migrated database. Raises NoScratch."""
    with _server(var) as admin:
        name = f"{PREFIX}{int(time.time())}_{secrets.token_hex(3)}"
        _create(admin, name)
        try:
            with tempfile.TemporaryDirectory(prefix="didimdol-rehearsal-") as folder:
                made = Scratch(_named(admin, name), Path(folder))
                _migrate(made)
                yield made
        finally:
            _drop(admin, name)


@contextmanager
def _server(var: Path) -> Iterator[str]:
    """The URL of a PostgreSQL that answers: the configured one, or one started for the rehearsal."""
    url = os.environ.get("DATABASE_URL") or embedded.url(var)
    if _answers(url):
        yield _named(url, "postgres")
        return
    if os.environ.get("DATABASE_URL"):
        raise NoScratch(
            "DATABASE_URL의 PostgreSQL이 응답하지 않습니다. 주소를 확인하거나 서버를 시작하십시오.",
            "The PostgreSQL of DATABASE_URL does not answer. Check the address, or start the server.",
        )
    ours = embedded.cluster(var / "rehearsal")
    try:
        started = ours.start(durable=False)
    except embedded.DatabaseFailed as failed:
        raise NoScratch(
            f"PostgreSQL을 시작하지 못했습니다. {failed}", f"PostgreSQL could not be started. {failed}"
        ) from failed
    try:
        yield _named(ours.url, "postgres")
    finally:
        if started:
            ours.stop()


def _answers(url: str) -> bool:
    try:
        with psycopg.connect(_named(url, "postgres"), connect_timeout=5):
            return True
    except psycopg.Error:
        return False


def _named(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def _create(admin: str, name: str) -> None:
    try:
        with psycopg.connect(admin, autocommit=True) as connection:
            _forget_old(connection)
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            # Nothing here outlives the rehearsal, so nobody waits for the disk.
            connection.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(sql.Identifier(name)))
    except psycopg.errors.InsufficientPrivilege as refused:
        raise NoScratch(
            "데이터베이스를 만들 권한이 없습니다. 데이터베이스 사용자에게 CREATEDB 권한을 주십시오.",
            "The database user may not create a database. Give it the right CREATEDB.",
        ) from refused
    except psycopg.Error as failed:
        raise NoScratch(
            f"데이터베이스를 만들지 못했습니다: {failed}", f"No database could be made: {failed}"
        ) from failed


def _forget_old(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    found = connection.execute(
        "SELECT datname FROM pg_database d WHERE datname LIKE %s AND NOT EXISTS "
        "(SELECT 1 FROM pg_stat_activity a WHERE a.datname = d.datname)",
        [PREFIX.replace("_", r"\_") + "%"],
    ).fetchall()
    for (name,) in found:
        made_at = str(name).removeprefix(PREFIX).partition("_")[0]
        if made_at.isdigit() and time.time() - int(made_at) > FORGOTTEN_AFTER:
            with suppress(psycopg.Error):
                connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(str(name))))


def _drop(admin: str, name: str) -> None:
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _migrate(made: Scratch) -> None:
    process = made.command("didimdol.conf.command", "migrate", "--verbosity", "0", "--skip-checks")
    try:
        process.communicate()
    except BaseException:
        end(process)
        raise
    if process.returncode:
        raise NoScratch("데이터베이스의 표를 만들지 못했습니다.", "The tables of the database could not be made.")


def end(process: subprocess.Popen[str]) -> None:
    """Stop a process of ours, gently first."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdout is not None:
        process.stdout.close()
