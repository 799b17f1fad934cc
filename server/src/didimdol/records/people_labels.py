"""What the pages of the log call the events and things of people, a room below that knows no log."""

from __future__ import annotations

from didimdol.kernel.words import text
from didimdol.records.labels import events, things

events(
    {
        "people_person.registered": text("계정 만듦", "Account made"),
        "people_person.updated": text("내 정보 변경", "Profile changed"),
        "people_person.password_set": text("비밀번호 변경", "Password set"),
        "people_organisation.created": text("기관·기업 등록", "Organisation registered"),
        "people_organisation.registered": text("창업기업 등록", "Startup registered"),
        "people_organisation.updated": text("기관·기업 정보 변경", "Organisation changed"),
        "people_role.assigned": text("역할 부여", "Role assigned"),
        "people_role.assigned_again": text("역할 부여(이미 있음)", "Role assigned (held already)"),
        "people_role.ended": text("역할 종료", "Role ended"),
        "people_role.ended_again": text("역할 종료(이미 종료)", "Role ended (over already)"),
        "people_invitation.sent": text("초대", "Invitation sent"),
        "people_invitation.accepted": text("초대 수락", "Invitation accepted"),
        "people_invitation.withdrawn": text("초대 취소", "Invitation withdrawn"),
        "people_staff_session.opened": text("플랫폼 운영 세션 시작", "Staff session opened"),
        "people_staff_session.closed": text("플랫폼 운영 세션 종료", "Staff session closed"),
        "people_token.issued": text("API 토큰 발급", "API token issued"),
        "people_token.revoked": text("API 토큰 폐기", "API token revoked"),
    }
)
things(
    {
        "people.Person": text("사람", "Person"),
        "people.Organisation": text("기관·기업", "Organisation"),
        "people.RoleAssignment": text("역할", "Role"),
        "people.Invitation": text("초대", "Invitation"),
        "people.StaffSession": text("플랫폼 운영 세션", "Staff session"),
        "people.ApiToken": text("API 토큰", "API token"),
    }
)
