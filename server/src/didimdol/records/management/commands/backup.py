"""``didimdol backup FILE``: the whole installation in one encrypted file, while it runs."""

from __future__ import annotations

import sys
import time
from typing import Any

from didimdol.kernel.words import text
from didimdol.records.backup.taking import take
from didimdol.records.backup.terminal import BackupCommand


class Command(BackupCommand):
    help = (
        "자료·파일·열쇠 전부를 암호화한 파일 하나에 담습니다. 서비스는 멈추지 않습니다 · "
        "Rows, files and keys in one encrypted file; the service goes on"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.guarded(lambda: self._take(options))

    def _take(self, options: dict[str, Any]) -> None:
        began, target = time.monotonic(), options["file"].absolute()
        manifest = take(target, self.passphrase(options, twice=True), self.tell)
        size_mb, seconds = target.stat().st_size / 1e6, time.monotonic() - began
        self.tell(
            text(
                f"✓ {target} ({size_mb:,.1f} MB, {seconds:.0f}초): {manifest.rows:,}행, 파일 {manifest.blobs:,}개",
                f"{manifest.rows:,} rows, {manifest.blobs:,} files in {seconds:.0f} s",
            )
        )
        if manifest.lost:
            self.tell(
                text(
                    f"! 백업 전에 이미 없거나 손상된 파일 {len(manifest.lost)}개는 담지 못했습니다.",
                    f"{len(manifest.lost)} files were missing or damaged before, and are not in it.",
                )
            )
            self.tell_lost(manifest.lost)
            sys.exit(1)
