"""What the pages of the log call the events of this room."""

from __future__ import annotations

from didimdol.kernel.words import text
from didimdol.records.labels import events, things

events(
    {
        "notices_message.read": text("알림 확인", "Message read"),
        "notices_message.all_read": text("알림 모두 확인", "All messages read"),
        "notices_mail.sent": text("메일 보냄", "Mail sent"),
        "notices_mail.failed": text("메일 실패", "Mail failed"),
    }
)
things({"notices.Message": text("알림", "Message"), "notices.Todo": text("할 일", "To-do")})
