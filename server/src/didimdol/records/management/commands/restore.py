"""``didimdol restore FILE``: an empty installation becomes the one that was backed up, and is verified."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from didimdol.kernel.words import text
from didimdol.records.backup import restoring
from didimdol.records.backup.terminal import BackupCommand


class Command(BackupCommand):
    help = "백업에서 빈 설치를 되살리고 기록을 검증합니다 · Fill an empty installation from a backup and verify its log"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--check",
            action="store_true",
            help="파일만 검증하고 아무것도 바꾸지 않습니다 · verify the file and change nothing",
        )
        parser.add_argument(
            "--force",
            action="store_true",
            help="지금 있는 자료를 모두 버립니다 · throw away everything that is in the database now",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.guarded(lambda: self._check(options) if options["check"] else self._restore(options))

    def _check(self, options: dict[str, Any]) -> None:
        manifest = restoring.check(options["file"], self.passphrase(options))
        self.tell(
            text(
                f"✓ 온전합니다: {manifest.when}, {manifest.rows:,}행, 파일 {manifest.blobs:,}개",
                f"The backup is whole: {manifest.rows:,} rows, {manifest.blobs:,} files",
            )
        )
        self._lost(manifest.lost)

    def _restore(self, options: dict[str, Any]) -> None:
        done = restoring.restore(options["file"], self.passphrase(options), force=options["force"], say=self.tell)
        for broken in done.log.breaks:
            self.stdout.write(f"✗ {broken.chain} #{broken.sequence}: {broken.what['ko']} · {broken.what['en']}")
        for key in done.closed_keys:
            self.tell(text(f"✗ 서명 열쇠 {key}를 열 수 없습니다.", f"The signing key {key} does not open."))
        if done.log.holds and not done.closed_keys:
            self.tell(
                text(
                    f"✓ 복원했습니다. 기록이 온전합니다(사슬 {done.log.chains}개, 사건 {done.log.events:,}건).",
                    f"Restored. The log holds: {done.log.chains} chains, {done.log.events:,} events.",
                )
            )
        else:
            self.tell(
                text(
                    "복원했으나 위와 같이 온전하지 않습니다. 백업할 때 이미 그랬습니다. 다른 백업과 견주어 보십시오.",
                    "Restored, but not whole, as said above; it was so when the backup was taken. "
                    "Compare it with another backup.",
                )
            )
        self._lost(done.manifest.lost)
        if not done.holds:
            sys.exit(1)

    def _lost(self, lost: list[str]) -> None:
        if lost:
            self.tell(
                text(
                    f"! 파일 {len(lost)}개는 백업할 때 이미 없거나 손상되어 있었습니다.",
                    f"{len(lost)} files were missing or damaged already when it was taken.",
                )
            )
            self.tell_lost(lost)
