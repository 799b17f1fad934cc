"""``didimdol challenge check | load | export | diff FILE``: challenges as code, on the terminal."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.problems import Problem
from didimdol.kernel.words import pick
from didimdol.people.actions import create_organisation
from didimdol.people.enums import OrganisationKind
from didimdol.people.models import Organisation, Person
from didimdol.people.queries import actor_of
from didimdol.programmes.actions import load_rulebook
from didimdol.programmes.loading import as_text, moments_of, read_rulebook
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import rules_of
from didimdol.programmes.rulebook import Rulebook, affects_submissions, diff, export, notes

DAY = "%Y-%m-%d %H:%M"


class Command(BaseCommand):
    help = "Check, load, export or compare challenges written as YAML."

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="what", required=True)
        check = commands.add_parser("check", help="say everything that is wrong with FILE, with line and remedy")
        check.add_argument("files", nargs="+", metavar="FILE")
        check.add_argument("--opens", type=date.fromisoformat, help="as if it opened on this day (YYYY-MM-DD)")
        load = commands.add_parser("load", help="make the challenge of FILE, or the next version of its draft")
        load.add_argument("files", nargs="+", metavar="FILE")
        load.add_argument("--opens", type=date.fromisoformat, help="move the whole calendar to this day (YYYY-MM-DD)")
        load.add_argument("--operator", default="", help="the operator: its Korean name or id (else the one in FILE)")
        load.add_argument("--as", dest="email", default="", help="act as the person with this e-mail (else the system)")
        load.add_argument("--example", action="store_true", help="mark the challenge as an example")
        out = commands.add_parser("export", help="write the rules in force of a loaded challenge as YAML")
        out.add_argument("source", metavar="KEY|FILE")
        compare = commands.add_parser("diff", help="what differs between two rulebooks, or a loaded one and FILE")
        compare.add_argument("source", metavar="FILE")
        compare.add_argument(
            "other", nargs="?", default="", metavar="FILE", help="without it: FILE against what is loaded"
        )
        for each in (check, load, out, compare):
            each.add_argument("--lang", choices=("ko", "en"), default="ko")

    def handle(self, *args: Any, **options: Any) -> None:
        self.lang = options["lang"]
        try:
            getattr(self, f"do_{options['what']}")(options)
        except Problem as problem:
            # A rulebook's problems stand line by line in the remedy; the last lines are what a person reads first.
            raise CommandError(
                "\n".join(filter(None, (pick(problem.message, self.lang), pick(problem.remedy, self.lang))))
            ) from problem

    def do_check(self, options: dict[str, Any]) -> None:
        for name in options["files"]:
            rulebook = self._read(name, options["opens"])[0]
            self.stdout.write(f"{name}: {self._say(rulebook.name)} · {rulebook.key} · sha256 {rulebook.digest()}")
            moments = moments_of(rulebook)
            self.stdout.write(f"  {moments['opens']:{DAY}} – {moments['closes']:{DAY}} KST")
            for note in notes(rulebook):
                self.stdout.write(f"  ! {note.event}: {note.note.in_language(self.lang)}")
            for assumed in rulebook.assumed:
                self.stdout.write(f"  ? {assumed.rule}: {assumed.note.in_language(self.lang)}")

    def do_load(self, options: dict[str, Any]) -> None:
        actor = self._actor(options["email"])
        for name in options["files"]:
            source, filename = self._text(name), Path(name).name
            rulebook, _ = read_rulebook(source, filename, options["opens"])
            challenge = load_rulebook(
                actor=actor,
                operator=self._operator(options["operator"], rulebook, example=options["example"]),
                text=source,
                filename=filename,
                opens=options["opens"],
                example=options["example"],
            )
            stored = challenge.rulebook
            assert stored is not None
            self.stdout.write(
                f"{challenge.slug}: {pick(challenge.name, self.lang)} · v{stored.version} · sha256 {stored.digest}"
            )

    def do_export(self, options: dict[str, Any]) -> None:
        self.stdout.write(export(self._rulebook(options["source"])), ending="")

    def do_diff(self, options: dict[str, Any]) -> None:
        after = self._read(options["source"])[0]
        if options["other"]:
            before, after = after, self._read(options["other"])[0]
        else:
            before = rules_of(self._challenge(after.key))
        changes = diff(before, after)
        for change in changes:
            self.stdout.write(f"{'!' if change.severity == 'rule' else ' '} {change.sentence().in_language(self.lang)}")
        if not changes:
            self.stdout.write("=")
        elif affects_submissions(changes):
            self.stdout.write(
                self._both("규칙이 바뀝니다: 신청한 기업에 알려야 합니다.", "Rules change: applicants must be told.")
            )

    # --- reading ---------------------------------------------------------------------------------------------------

    def _text(self, name: str) -> str:
        try:
            return Path(name).read_text(encoding="utf-8-sig")
        except OSError as error:
            raise CommandError(
                self._both(f"{name}: 파일을 열 수 없습니다.", f"{name}: cannot open the file.")
            ) from error
        except UnicodeDecodeError as error:
            raise CommandError(
                self._both(f"{name}: UTF-8로 저장한 파일이 아닙니다.", f"{name}: not saved as UTF-8.")
            ) from error

    def _read(self, name: str, opens: date | None = None) -> tuple[Rulebook, str]:
        return read_rulebook(self._text(name), name, opens)

    def _rulebook(self, source: str) -> Rulebook:
        if Path(source).is_file():
            return self._read(source)[0]
        return rules_of(self._challenge(source))

    def _challenge(self, key: str) -> Challenge:
        rows = Challenge.objects.unscoped(why="the operator of this machine").select_related("rulebook")
        found = rows.filter(slug=key).first()
        if found is None:
            raise CommandError(self._both(f"‘{key}’ 챌린지가 없습니다.", f"There is no challenge “{key}”."))
        return found

    def _actor(self, email: str) -> Actor:
        if not email:
            return SYSTEM  # whoever may run commands on this machine set the installation up
        person = Person.objects.filter(email__iexact=email).first()
        if person is None:
            raise CommandError(self._both(f"‘{email}’ 계정이 없습니다.", f"There is no account “{email}”."))
        return actor_of(person)

    def _operator(self, wanted: str, rulebook: Rulebook, *, example: bool) -> Organisation:
        entry = next((party for party in rulebook.parties if party.kind == "operator"), None)
        rows = Organisation.objects.unscoped(why="the operator of this machine").filter(
            kind=OrganisationKind.OPERATOR.value
        )
        challenge = Challenge.objects.within(slug=rulebook.key).select_related("programme__operator").first()
        if not wanted and challenge is not None:
            return challenge.programme.operator
        for row in rows.order_by("created_at", "pk"):
            if wanted and wanted in (str(row.pk), row.name.get("ko"), row.name.get("en")):
                return row
            if not wanted and entry is not None and row.name.get("ko") == entry.name.ko:
                return row
        matching = entry is not None and wanted in ("", entry.key, entry.name.ko)
        if entry is None or not matching:
            raise CommandError(self._both(f"‘{wanted}’ 운영기관이 없습니다.", f"There is no operator “{wanted}”."))
        return create_organisation(
            actor=SYSTEM,
            kind=OrganisationKind.OPERATOR.value,
            name=as_text(entry.name),
            example=example or rulebook.example or entry.example,
        )

    def _say(self, value: Any) -> str:
        return str(value.in_language(self.lang))

    def _both(self, ko: str, en: str) -> str:
        return en if self.lang == "en" else ko
