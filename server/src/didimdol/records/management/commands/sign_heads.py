"""``didimdol sign-heads``: sign today's heads now, instead of waiting for the daily task."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from didimdol.kernel.actor import SYSTEM
from didimdol.records import actions


class Command(BaseCommand):
    help = "오늘의 기록 끝값에 서명합니다 · Sign today's head of every chain"

    def handle(self, *args: Any, **options: Any) -> None:
        heads = actions.sign_heads(actor=SYSTEM)
        for head in heads:
            self.stdout.write(f"{head.day} {head.chain} #{head.sequence} {head.hash} {head.key_id}")
        if not heads:
            self.stdout.write("오늘의 끝값은 이미 서명되어 있습니다 · Today's heads are signed already")
