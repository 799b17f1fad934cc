"""What can go wrong with a backup, in words for the person at the terminal."""

from __future__ import annotations

from didimdol.kernel.problems import Problem
from didimdol.kernel.words import text


class BackupProblem(Problem):
    """Nothing was written, or what was written says so."""

    def __init__(self, code: str, ko: str, en: str, way_ko: str, way_en: str) -> None:
        super().__init__(code, text(ko, en), text(way_ko, way_en))


def damaged(where: str) -> BackupProblem:
    return BackupProblem(
        "backup_damaged",
        f"백업 파일이 바뀌었거나 손상되었습니다({where}).",
        f"The backup file was changed or damaged ({where}).",
        "다른 백업을 쓰십시오. 아무것도 바꾸지 않았습니다.",
        "Use another backup. Nothing was changed here.",
    )
