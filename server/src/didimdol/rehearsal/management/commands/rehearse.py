"""``didimdol rehearse FILE``: a whole challenge with invented people, in a database of its own.

Exit codes: 0 it ends whole, 1 something blocks, 2 wrong use.
"""

from __future__ import annotations

import json
import signal
import sys
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import Error, connection

from didimdol.kernel.problems import Problem
from didimdol.kernel.words import pick
from didimdol.programmes.loading import read_rulebook
from didimdol.rehearsal import keeping
from didimdol.rehearsal.printing import Screen
from didimdol.rehearsal.scratch import NoScratch, end, scratch

WHOLE, BLOCKED, WRONG_USE, INTERRUPTED = 0, 1, 2, 130


def between(least: int, most: int) -> Callable[[str], int]:
    def number(words: str) -> int:
        if not words.isascii() or not words.isdigit() or not least <= int(words) <= most:
            raise ArgumentTypeError(f"{least}–{most}")
        return int(words)

    return number


class Command(BaseCommand):
    help = "규칙집 하나를 처음부터 끝까지 모의 운영합니다 · Rehearse a challenge from its rulebook to the adoption"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="챌린지 파일 / a challenge file")
        parser.add_argument("--applicants", type=between(1, 2000), default=150, help="신청 기업 수 / how many apply")
        parser.add_argument(
            "--seed", type=between(0, 2**31), default=1, help="같은 시드는 같은 결과 / same seed, same outcome"
        )
        parser.add_argument(
            "--experts", type=between(0, 500), default=0, help="외부 전문가 수 (0: 필요한 만큼) / external experts"
        )
        parser.add_argument(
            "--judges", type=between(0, 200), default=0, help="수요기업마다 위원 수 / evaluators of each company"
        )
        parser.add_argument("--devices", type=between(1, 100), default=1, help="측정 장비 수 / devices")
        parser.add_argument(
            "--ballots-a-day", type=between(1, 100), default=12, help="위원 한 사람이 하루에 평가할 수 / ballots a day"
        )
        parser.add_argument(
            "--opens", type=date.fromisoformat, help="접수 시작일을 옮겨서 / as if it opened on this day"
        )
        parser.add_argument(
            "--operator", default="", help="보고서를 볼 운영기관 / whose report it is: Korean name or id"
        )
        parser.add_argument("--report", type=Path, help="JSON 보고서를 쓸 파일 / where to write the report")
        parser.add_argument("--language", choices=("ko", "en"), default="ko")

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.ending = ""  # the screen ends its own lines
        self.screen = Screen(options["language"], cast(IO[str], self.stdout))
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.default_int_handler)
        try:
            sys.exit(self.rehearse(options))
        except NoScratch as failed:
            self.screen.say(failed.ko, failed.en)
            sys.exit(WRONG_USE)
        except KeyboardInterrupt:
            self.screen.say(
                "\n중단했습니다. 임시 데이터베이스를 지웠습니다.", "\nInterrupted. The scratch database is gone."
            )
            sys.exit(INTERRUPTED)

    def rehearse(self, options: dict[str, Any]) -> int:
        path = Path(options["file"])
        try:
            source = path.read_text(encoding="utf-8")
            book, _ = read_rulebook(source, path.name, options["opens"])
        except (OSError, UnicodeDecodeError) as error:
            self.screen.say(f"{path}: 읽을 수 없습니다({error}).", f"{path}: cannot be read ({error}).")
            return WRONG_USE
        except Problem as problem:
            for words in (problem.message, problem.remedy):
                self.screen.line(pick(words, options["language"]))
            return WRONG_USE
        names = ("applicants", "seed", "experts", "judges", "devices", "ballots_a_day")
        spec = {
            "source": source,
            "filename": path.name,
            "opens": options["opens"].isoformat() if options["opens"] else None,
            "wishes": {name: options[name] for name in names},
        }
        report = self.play(spec)
        if report is None:
            return BLOCKED
        self.screen.report(report)
        written = (
            options["report"]
            or settings.VAR / "rehearsals" / f"{book.key}-{report['started_at'][:19].replace(':', '')}.json"
        )
        written.parent.mkdir(parents=True, exist_ok=True)
        written.write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
        self.screen.say(f"보고서 {written}", f"Report {written}")
        self.keep(report, options["operator"])
        return WHOLE if report["whole"] else BLOCKED

    def play(self, spec: dict[str, Any]) -> dict[str, Any] | None:
        """In a child process, so that this one's connection stays with the live data."""
        self.screen.say("임시 데이터베이스를 준비합니다", "Preparing the scratch database")
        with scratch(settings.VAR) as place:
            told, written = place.folder / "spec.json", place.folder / "report.json"
            told.write_text(json.dumps(spec, ensure_ascii=False))
            process = place.command("didimdol.rehearsal.inside", str(told), str(written))
            try:
                assert process.stdout is not None
                for line in process.stdout:
                    self.screen.show(json.loads(line))
                process.wait()
            finally:
                end(process)
            if not written.exists():
                self.screen.say("모의 운영이 끝나기 전에 멈췄습니다.", "The rehearsal stopped before its end.")
                return None
            found: dict[str, Any] = json.loads(written.read_text())
            return found

    def keep(self, report: dict[str, Any], operator: str) -> None:
        """Beside the live data, where there are any."""
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            found = keeping.operator_of(report["challenge"]["key"], operator)
            if found is None:
                self.screen.say(
                    "어느 운영기관의 모의 운영인지 알 수 없어 플랫폼에는 저장하지 않았습니다(--operator).",
                    "Not stored on the platform: say whose rehearsal it is with --operator.",
                )
                return
            kept = keeping.store(report, found)
        except (Error, Problem) as error:
            self.screen.say(
                f"플랫폼에는 저장하지 못했습니다: {str(error).splitlines()[0]}",
                f"Not stored on the platform: {str(error).splitlines()[0]}",
            )
            return
        self.screen.say(
            f"저장 {settings.SITE_URL}{kept.get_absolute_url()}", f"Stored {settings.SITE_URL}{kept.get_absolute_url()}"
        )
