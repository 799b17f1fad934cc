"""What this room is called on the pages of the log."""

from __future__ import annotations

from didimdol.kernel.words import text
from didimdol.records.labels import events, things

events({"rehearsal_report.stored": text("모의 운영 보고서 저장", "Rehearsal report stored")})
things({"rehearsal.RehearsalReport": text("모의 운영 보고서", "Rehearsal report")})
