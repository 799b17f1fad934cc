"""Background work of records."""

from __future__ import annotations

from procrastinate.contrib.django import app

from didimdol.kernel.actor import SYSTEM
from didimdol.records import actions


@app.periodic(cron="5 15 * * *")  # 00:05 in Seoul
@app.task(name="records.sign_heads", queueing_lock="records.sign_heads")
def sign_heads(timestamp: int) -> None:
    actions.sign_heads(actor=SYSTEM)
