"""What a token of the API may be given. A room with API operations adds its own when it is imported."""

from __future__ import annotations

from didimdol.kernel.words import Text, text

SCOPES: dict[str, Text] = {}


def scopes(added: dict[str, Text]) -> None:
    """Register scopes. A name belongs to one text."""
    for name, label in added.items():
        if SCOPES.get(name, label) != label:
            raise ValueError(f"scope {name!r} is registered twice with different texts")
        SCOPES[name] = label


scopes(
    {
        "profile:read": text("내 정보와 역할 읽기", "Read my profile and roles"),
        "challenges:read": text("챌린지·수요 읽기", "Read challenges and demands"),
        "applications:read": text("신청 읽기", "Read applications"),
        "evaluation:read": text("평가·선정 읽기", "Read evaluation and selection"),
        "records:read": text("기록 읽기", "Read the records"),
        "verification:read": text("기술검증 읽기", "Read verification"),
    }
)
