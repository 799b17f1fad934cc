"""Who may, and why not: one answer for buttons, pages, API and tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from didimdol.kernel.actor import Actor, Grant
from didimdol.kernel.problems import AccessDenied
from didimdol.kernel.words import Text, text


@dataclass(frozen=True, slots=True)
class Access:
    """``bool(access)`` is the answer; ``reason`` a registered key; ``by`` the role assignment that allowed it."""

    ok: bool
    reason: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    by: Grant | None = None

    def __bool__(self) -> bool:
        return self.ok

    @property
    def message(self) -> Text:
        ko, en = REASONS[self.reason]["ko"], REASONS[self.reason]["en"]
        return text(ko.format(**self.params), en.format(**self.params))


Allowed = Access(True)

#: key → text. A room adds its own with ``reasons({...})`` when it is imported.
REASONS: dict[str, Text] = {}


def reasons(added: dict[str, Text]) -> None:
    """Register the reasons of a room. A key belongs to one text."""
    for key, value in added.items():
        if REASONS.get(key, value) != value:
            raise ValueError(f"reason {key!r} is registered twice with different texts")
        REASONS[key] = value


def Denied(reason: str, **params: Any) -> Access:  # noqa: N802  (reads as the counterpart of Allowed)
    """A refusal with its reason. Raises KeyError for a key nobody registered."""
    REASONS[reason]
    return Access(False, reason, params)


def allowed_by(grant: Grant | None, otherwise: str, **params: Any) -> Access:
    """Allowed by ``grant``; denied with ``otherwise`` when there is none."""
    return Access(True, by=grant) if grant is not None else Denied(otherwise, **params)


def require(access: Access) -> Grant | None:
    """The grant that allowed it. Raises AccessDenied with the reason."""
    if not access.ok:
        raise AccessDenied(access.reason, access.message, **access.params)
    return access.by


def signed_in(actor: Actor) -> Access:
    return Allowed if actor.person is not None else Denied("sign_in_first")


reasons(
    {
        "sign_in_first": text("로그인이 필요합니다.", "Please sign in first."),
        "not_your_role": text(
            "이 일을 할 수 있는 역할이 아닙니다. 필요한 역할: {role}", "Your role does not allow this. Needed: {role}"
        ),
        "own_work": text("자기가 한 일을 스스로 승인할 수 없습니다.", "Nobody approves their own work."),
    }
)
