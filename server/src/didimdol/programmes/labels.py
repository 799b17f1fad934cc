"""What the pages of the log call the events and things of this room."""

from __future__ import annotations

from didimdol.kernel.words import text
from didimdol.records.labels import events, things

events(
    {
        "programmes.programme_created": text("사업 등록", "Programme registered"),
        "programmes.programme_kept": text("사업 등록(이미 되어 있음)", "Programme registered (already so)"),
        "programmes.rulebook_loaded": text("규칙집 올림", "Rulebook loaded"),
        "programmes.rulebook_unchanged": text("규칙집 올림(바뀐 것 없음)", "Rulebook loaded (unchanged)"),
        "programmes.rulebook_amended": text("바뀐 규칙집 적용", "Amended rulebook in force"),
        "programmes.challenge_amended": text("변경 공고", "Notice amended"),
    }
)
things(
    {
        "programmes.Programme": text("사업", "Programme"),
        "programmes.Challenge": text("챌린지", "Challenge"),
        "programmes.Rulebook": text("규칙집", "Rulebook"),
        "challenge": text("챌린지", "Challenge"),
        "rulebook": text("규칙집", "Rulebook"),
    }
)
