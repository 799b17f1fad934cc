from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = "The demo of `make run`: prepare (operator, device), play (two challenges), accounts (who to sign in as)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("part", choices=["prepare", "play", "accounts"])

    def handle(self, *args: Any, **options: Any) -> None:
        from django.conf import settings

        from didimdol.rehearsal import cast, demo

        if not settings.DEVELOPMENT:
            raise CommandError("The demo is for a development installation (DIDIMDOL_DEVELOPMENT=1); this one is not.")
        settings.DIDIMDOL_CLOCK_MOVABLE = True  # of this process only: the server's clock stays
        if options["part"] == "prepare":
            demo.prepare()
        elif options["part"] == "play":
            demo.play(lambda line: self.stdout.write(line))
        else:
            self.stdout.write(f"  Sign in with one of these (password {cast.PASSWORD}):")
            for email, role, name in demo.accounts():
                self.stdout.write(f"    {email:<28} {name}  {role}")
            self.stdout.write("")
