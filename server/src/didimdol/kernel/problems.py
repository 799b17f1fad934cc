"""What can go wrong, in words a person can act on: what it is about, which rule, and the way out; in both languages."""

from __future__ import annotations

from typing import Any, ClassVar

from didimdol.kernel.words import Text, pick, text


class Problem(Exception):
    """Anything that the person asking should read. ``status`` is the HTTP status of the answer."""

    status: ClassVar[int] = 400

    def __init__(self, code: str, message: Text, remedy: Text | None = None, **detail: Any) -> None:
        self.code = code
        self.message = message
        self.remedy = remedy or text("", "")
        self.detail = detail
        super().__init__(f"{code}: {message['en']}")

    def __str__(self) -> str:
        return " ".join(part for part in (pick(self.message), pick(self.remedy)) if part)

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message, "remedy": self.remedy, "detail": self.detail}


class BadInput(Problem):
    """Something that came in breaks a rule. ``fields``: field name → text."""

    status = 422

    def __init__(
        self,
        code: str,
        message: Text,
        remedy: Text | None = None,
        *,
        fields: dict[str, Text] | None = None,
        **detail: Any,
    ) -> None:
        super().__init__(code, message, remedy, **detail)
        self.fields = fields or {}


class AccessDenied(Problem):
    """Visible, but not allowed: 403 with the reason."""

    status = 403


class Invisible(Problem):
    """Not visible: 404, which does not tell whether the thing exists."""

    status = 404

    def __init__(self, what: str = "", identity: object = None) -> None:
        super().__init__(
            "not_found",
            text("찾는 것이 없거나 볼 수 있는 범위에 없습니다.", "It does not exist, or it is not yours to see."),
            text(
                "주소를 확인하거나 내 할 일에서 다시 시작해 주십시오.",
                "Check the address, or start again from your home page.",
            ),
        )
        self.what = what
        self.identity = identity


class Absent(Invisible):
    """Not there for anybody: signing in would not help."""


class WrongState(Problem):
    status = 409


class Stale(Problem):
    """Somebody else changed the row in between."""

    status = 409

    def __init__(self) -> None:
        super().__init__(
            "stale_version",
            text("그 사이에 다른 곳에서 내용이 바뀌었습니다.", "This was changed somewhere else in the meantime."),
            text(
                "화면을 새로 고쳐 바뀐 내용을 확인한 뒤 다시 저장해 주십시오.",
                "Reload the page, look at the change and save again.",
            ),
        )


class TooMany(Problem):
    status = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            "too_many_requests",
            text("짧은 시간에 요청이 너무 많았습니다.", "Too many requests in a short time."),
            text(f"{retry_after}초 뒤에 다시 시도해 주십시오.", f"Try again in {retry_after} seconds."),
            retry_after=retry_after,
        )
        self.retry_after = retry_after
