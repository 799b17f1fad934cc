"""What the log calls the things and events of this room."""

from __future__ import annotations

from didimdol.kernel.words import text
from didimdol.records.labels import events, things

events(
    {
        "application.start_repeated": text("신청 시작 (이미 있음)", "Begun (already so)"),
        "application.saved": text("신청서 저장", "Form saved"),
        "application.field_chosen": text("분야 선택", "Field chosen"),
        "application.demand_claimed": text("수요 신청", "Demand claimed"),
        "application.demand_unclaimed": text("수요 신청 취소", "Claim taken back"),
        "application.eligibility_answered": text("자가진단 응답", "Self-check answered"),
        "application.consents_given": text("동의", "Consents given"),
        "application.document_attached": text("서류 올림", "Document uploaded"),
        "application.document_removed": text("서류 지움", "Document removed"),
        "application.model_uploaded": text("모델 올림", "Model uploaded"),
        "application.model_inputs_set": text("모델 입력 크기 변경", "Input shapes set"),
        "application.model_removed": text("모델 지움", "Model removed"),
        "application.trial_queued": text("시험 측정 요청", "Trial measurement asked for"),
        "application.measurements_queued": text("측정 요청", "Measurements asked for"),
        "application.measuring_asked": text("대기 중인 측정 다시 요청", "Waiting measurements asked for again"),
        "application.list_exported": text("신청 목록 내려받기", "List of applications exported"),
    }
)
things(
    {
        "applications.Application": text("신청", "Application"),
        "applications.Attachment": text("신청 서류", "Document of an application"),
        "applications.ModelUpload": text("신청 모델", "Model of an application"),
        "applications.ClaimedDemand": text("신청한 수요", "Claimed demand"),
        "application": text("신청", "Application"),
        "attachment": text("신청 서류", "Document of an application"),
        "model": text("신청 모델", "Model of an application"),
        "measurement": text("신청 모델의 측정", "Measurement of an application"),
        "receipt": text("접수증", "Receipt"),
        "export: applications": text("신청 목록 내려받기", "Download of the list of applications"),
    }
)
