"""What the pages of the log call the events and things of this room."""

from __future__ import annotations

from didimdol.kernel.words import text
from didimdol.records.labels import events, things

events(
    {
        "demand.saved": text("수요 내용 저장", "Demand saved"),
        "demand.dataset_set": text("데이터 세트 올림", "Data set uploaded"),
        "demand.dataset_removed": text("데이터 세트 뺌", "Data set removed"),
    }
)
things(
    {
        "demands.Demand": text("수요", "Demand"),
        "demand": text("수요", "Demand"),
        "demands.dataset": text("수요의 데이터 세트", "Data set of a demand"),
    }
)
