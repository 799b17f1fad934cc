from __future__ import annotations

from didimdol.kernel.words import Text, text
from didimdol.people.enums import OrganisationKind, Role

#: who subscribes for which kind of organisation; they hear no more than these roles see
KEEPERS: dict[OrganisationKind, tuple[Role, ...]] = {
    OrganisationKind.OPERATOR: (Role.MANAGER,),
    OrganisationKind.STARTUP: (Role.CEO, Role.STAFF),
    OrganisationKind.DEMAND_COMPANY: (Role.DEMAND_LEAD, Role.BUDGET_OWNER),
}

#: why a subscription was switched off by itself
PAUSED: dict[str, Text] = {
    "failing": text("연이어 전달하지 못해 자동으로 껐습니다.", "Switched off: delivery kept failing."),
    "gone": text(
        "받는 서버가 더 이상 받지 않는다고 답해(410) 자동으로 껐습니다.",
        "Switched off: the receiver answered 410, gone.",
    ),
    "owner_left": text(
        "이 웹훅을 만든 사람의 역할이 끝나 자동으로 껐습니다.",
        "Switched off: the role of whoever set it up has ended.",
    ),
}

#: what went wrong with an attempt, before there was an answer
ERRORS: dict[str, Text] = {
    "address": text("주소가 허용되지 않는 곳을 가리킵니다.", "The address leads to a place that is not allowed."),
    "unresolved": text("서버 이름을 찾지 못했습니다.", "The host's name was not found."),
    "refused": text("연결하지 못했습니다.", "It could not be reached."),
    "timeout": text("제한 시간 안에 답이 없었습니다.", "There was no answer in time."),
    "certificate": text("인증서를 믿을 수 없습니다.", "Its certificate is not trusted."),
    "redirect": text("다른 주소로 넘겼습니다. 넘김은 따라가지 않습니다.", "It redirected. Redirects are not followed."),
    "protocol": text("HTTP가 아닌 답이 왔습니다.", "The answer was not HTTP."),
    "status": text("성공(2xx)이 아닌 답이 왔습니다.", "The answer was no success (2xx)."),
}

TEST_TOPIC = "webhook.test"
