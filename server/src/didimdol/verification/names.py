"""What verification's events and things are called in the log."""

from __future__ import annotations

from didimdol.kernel.words import text
from didimdol.records import labels

labels.events(
    {
        "device.registered": text("측정 장비 등록", "Device registered"),
        "device.retired": text("측정 장비 퇴역", "Device retired"),
        "device.versions_changed": text("장비 프로그램 판 바뀜", "Device's versions changed"),
        "device_job.created": text("측정 요청", "Measurement asked for"),
    }
)
labels.things(
    {
        "verification.Device": text("측정 장비", "Device"),
        "verification.DeviceJob": text("측정 작업", "Measurement"),
        "verification.Run": text("측정 결과", "Run"),
    }
)
