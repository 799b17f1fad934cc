"""The frame of every page: navigation by role, the person's menu, the footer."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from didimdol.kernel.actor import PUBLIC, Actor
from didimdol.kernel.words import Text, pick, text
from didimdol.notices import queries as notices
from didimdol.people.enums import ROLE_LABELS, Role

#: label, address, and the roles that see it (empty: everybody)
ENTRIES: tuple[tuple[Text, str, tuple[Role, ...]], ...] = (
    (text("내 할 일", "My work"), "site:home", tuple(Role)),
    (text("챌린지", "Challenges"), "programmes:list", ()),
    (text("수요", "Demands"), "demands:list", ()),
    (
        text("신청", "Applications"),
        "applications:list",
        (Role.CEO, Role.STAFF, Role.MANAGER, Role.COORDINATOR, Role.AUDITOR),
    ),
    (
        text("평가", "Evaluation"),
        "evaluation:list",
        (Role.EXPERT, Role.DEMAND_EVALUATOR, Role.MANAGER, Role.COORDINATOR, Role.AUDITOR),
    ),
    (text("선정", "Selection"), "selection:list", (Role.MANAGER, Role.COORDINATOR, Role.AUDITOR)),
    (
        text("과제", "Projects"),
        "projects:list",
        (Role.CEO, Role.STAFF, Role.DEMAND_LEAD, Role.BUDGET_OWNER, Role.MANAGER, Role.COORDINATOR, Role.AUDITOR),
    ),
    (
        text("자금", "Money"),
        "funding:list",
        (Role.CEO, Role.STAFF, Role.MANAGER, Role.COORDINATOR, Role.AUDITOR),
    ),
    (
        text("도입", "Adoption"),
        "outcomes:list",
        (Role.CEO, Role.STAFF, Role.DEMAND_LEAD, Role.BUDGET_OWNER, Role.MANAGER, Role.COORDINATOR, Role.AUDITOR),
    ),
    (text("소개", "Introductions"), "outcomes:introductions", (Role.SPONSOR,)),
    (text("측정 장비", "Devices"), "verification:devices", (Role.VERIFIER, Role.MANAGER)),
    (text("기록", "Records"), "records:log", (Role.MANAGER, Role.AUDITOR)),
)
#: who keeps webhooks (see api.enums)
KEEPERS = {Role.MANAGER, Role.CEO, Role.STAFF, Role.DEMAND_LEAD, Role.BUDGET_OWNER}
#: of the person's own menu
PERSONAL: tuple[tuple[Text, str, set[Role]], ...] = (
    (text("모의 운영", "Rehearsals"), "rehearsal:reports", {Role.MANAGER, Role.COORDINATOR, Role.AUDITOR}),
    (text("웹훅", "Webhooks"), "webhooks:list", KEEPERS),
)


def frame(request: HttpRequest) -> dict[str, Any]:
    """What design/base.html needs besides the page itself."""
    actor: Actor = getattr(request, "actor", PUBLIC)
    held = {grant.role for grant in actor.grants}
    entries = []
    for label, name, roles in ENTRIES:
        if roles and (actor.person is None or (name != "site:home" and not held & {r.value for r in roles})):
            continue
        url = reverse(name)
        entries.append({"label": pick(label), "url": url, "current": request.path.startswith(url)})
    context: dict[str, Any] = {
        "nav": entries,
        "brand_name": pick(text("디딤돌", "Didimdol")),
        "home_url": reverse("site:front"),
        "login_url": reverse("account_login"),
        "footer_links": _footer(),
    }
    if actor.person is not None:
        unread = notices.unread_count(actor)
        messages = pick(text("알림", "Messages"))
        context |= {
            "user_label": actor.name,
            "user_role": " · ".join(pick(ROLE_LABELS[role]) for role in Role if role.value in held),
            "logout_url": reverse("account_logout"),
            "user_menu": [
                {"label": f"{messages} {unread}" if unread else messages, "url": reverse("notices:list")},
                {"label": pick(text("내 정보", "Profile")), "url": reverse("people:profile")},
                {"label": pick(text("보안", "Security")), "url": reverse("mfa_index")},
                *(
                    {"label": pick(label), "url": reverse(name)}
                    for label, name, roles in PERSONAL
                    if held & {role.value for role in roles}
                ),
            ],
        }
    return context


def _footer() -> list[dict[str, str]]:
    links = [
        {"label": pick(text("기록의 서명", "Signed heads")), "url": reverse("records:heads")},
        {"label": pick(text("디자인", "Design")), "url": reverse("design:living")},
        {"label": "API", "url": reverse("api:openapi-view")},
    ]
    if settings.DEVELOPMENT:
        links.append({"label": pick(text("개발용 편지함", "Development mail")), "url": reverse("notices:mail")})
    return links
