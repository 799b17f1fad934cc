"""What verification's events and things are called in the log."""

from __future__ import annotations

from didimdol.kernel.words import text
from didimdol.records import labels

labels.events(
    {
        "device.registered": text("측정 장비 등록", "Device registered"),
        "device.retired": text("측정 장비 퇴역", "Device retired"),
        "device.versions_changed": text("장비 프로그램 판 바뀜", "Device's versions changed"),
        "device.token_changed": text("장비 토큰 바꿈", "Device's token changed"),
        "device.key_enrolled": text("장비 열쇠 등록", "Device's key enrolled"),
        "device.new_key_allowed": text("장비의 새 열쇠 허용", "New key allowed for a device"),
        "device.jobs_exported": text("장비의 작업 목록 내려받음", "Jobs of a device downloaded"),
        "device_health.doubt": text("장비 상태 점검 필요", "Device to be checked"),
        "device_health.pass": text("장비 상태 점검 통과", "Device passed its health check"),
        "device_health.quarantine": text("장비 격리", "Device quarantined"),
        "device_health.release": text("장비 격리 풀림", "Device released from quarantine"),
        "device_job.created": text("측정 요청", "Measurement asked for"),
        "device_job.lease": text("장비가 측정을 맡음", "A device took the measurement"),
        "device_job.reuse": text("앞선 측정 사용", "An earlier run was used"),
        "device_job.complete": text("측정 결과 보고", "Result reported"),
        "device_job.refuse": text("모델을 측정할 수 없음", "Model refused"),
        "device_job.hand_back": text("장비가 측정을 돌려줌", "The device handed it back"),
        "device_job.give_up": text("측정할 장비가 없음", "No device could do it"),
        "device_job.expire": text("장비 응답 끊김", "The device fell silent"),
        "device_job.lose": text("세 번 응답 끊김", "Devices fell silent three times"),
        "device_job.repeat": text("다시 측정 요청", "Asked to measure again"),
        "device_job.cancel": text("측정 취소", "Measurement cancelled"),
    }
)
labels.things(
    {
        "verification.Device": text("측정 장비", "Device"),
        "verification.DeviceJob": text("측정 작업", "Measurement"),
        "verification.Run": text("측정 결과", "Run"),
        "device": text("측정 장비", "Device"),
        "device job": text("측정 작업", "Measurement"),
        "export: jobs of a device": text("장비의 작업 목록", "Jobs of a device"),
        "evidence": text("서명된 증거 파일", "Signed evidence"),
        "model of a device job": text("측정할 모델", "Model to be measured"),
        "dataset of a device job": text("측정할 데이터 세트", "Data set to measure with"),
    }
)
