"""What ``backup`` and ``restore`` share on the terminal."""

from __future__ import annotations

import getpass
import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from didimdol.kernel.words import Text
from didimdol.records.backup.problems import BackupProblem
from didimdol.records.backup.vault import require_passphrase

VARIABLE = "DIDIMDOL_BACKUP_PASSPHRASE"


class BackupCommand(BaseCommand):
    """Exit code 0: done; 1: the file or the installation is not as it should be; 2: it could not be tried."""

    requires_system_checks: Any = []  # the database may be empty

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--passphrase-file",
            type=Path,
            metavar="FILE",
            help=f"암호 구절이 첫 줄에 든 파일 · a file with the passphrase in its first line (else {VARIABLE}, else asked)",
        )

    def tell(self, what: Text) -> None:
        self.stdout.write(f"{what['ko']} · {what['en']}")
        self.stdout.flush()

    def passphrase(self, options: dict[str, Any], *, twice: bool = False) -> str:
        given = ""
        if options["passphrase_file"]:
            try:
                given = (options["passphrase_file"].read_text().splitlines() or [""])[0]
            except OSError as error:
                raise CommandError(f"{options['passphrase_file']}: {error.strerror}", returncode=2) from error
        elif os.environ.get(VARIABLE):
            given = os.environ[VARIABLE]
        elif sys.stdin.isatty():
            given = getpass.getpass("암호 구절 · Passphrase: ")
            if twice and given != getpass.getpass("한 번 더 · Again: "):
                raise CommandError("두 번이 서로 다릅니다 · The two differ", returncode=2)
        if twice or not given:
            require_passphrase(given)
        return given

    def guarded(self, work: Callable[[], None]) -> None:
        """Say a problem and its way out in both languages."""
        try:
            work()
        except BackupProblem as problem:
            lines = [
                f"{problem.message['ko']} {problem.remedy['ko']}",
                f"{problem.message['en']} {problem.remedy['en']}",
            ]
            code = 1 if problem.code == "backup_damaged" else 2
            raise CommandError("\n".join(lines), returncode=code) from problem
        except OSError as error:
            raise CommandError(f"{error.filename or ''}: {error.strerror or error}", returncode=2) from error

    def tell_lost(self, lost: list[str]) -> None:
        for path in lost[:20]:
            self.stdout.write(f"  ✗ {path}")
