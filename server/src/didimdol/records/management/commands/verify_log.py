"""``didimdol verify-log``: exit code 0 when the log holds, 1 when it is broken."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from didimdol.records.verifying import verify


class Command(BaseCommand):
    help = "기록의 모든 고리를 다시 계산합니다 · Recompute every link of the audit log, its heads and commitments"

    def handle(self, *args: Any, **options: Any) -> None:
        found = verify()
        for broken in found.breaks:
            where = f"{broken.chain} #{broken.sequence}"
            self.stdout.write(f"✗ {where}: {broken.what['ko']} · {broken.what['en']}")
        if not found.holds:
            self.stdout.write(f"기록이 온전하지 않습니다 · The log is broken: {len(found.breaks)}")
            sys.exit(1)
        self.stdout.write(
            f"✓ 기록이 온전합니다 · The log holds: {found.chains} chains, {found.events} events, "
            f"{found.heads} signed heads, {found.notes} notes"
        )
