"""What events and things are called, for the pages of the log."""

from __future__ import annotations

from didimdol.kernel.access import REASONS
from didimdol.kernel.transitions import TABLES
from didimdol.kernel.words import Text, pick, text

#: event type → text; a room adds its own with ``events({...})``. Moves of transition tables need none.
EVENTS: dict[str, Text] = {}
#: "app.Model" → text; a room adds its own with ``things({...})``
THINGS: dict[str, Text] = {}


def events(added: dict[str, Text]) -> None:
    EVENTS.update(added)


def things(added: dict[str, Text]) -> None:
    THINGS.update(added)


def event_label(kind: str, lang: str | None = None) -> str:
    """The name of an event: registered, or the label of the move that made it, or its type."""
    if kind in EVENTS:
        return pick(EVENTS[kind], lang)
    name, _, what = kind.partition(".")
    if table := TABLES.get(name):
        if what == "created":
            return pick(text("새로 만듦", "Created"), lang)
        repeated = what.endswith("_repeated")
        if move := table.moves.get(what.removesuffix("_repeated")):
            again = pick(text(" (이미 되어 있음)", " (already so)"), lang) if repeated else ""
            return pick(move.label, lang) + again
    return kind


def opened_label(what: str, lang: str | None = None) -> str:
    """What the access log names: registered with ``things`` under the words the room logs it by, or those words."""
    return pick(THINGS[what], lang) if what in THINGS else what


def reason_label(key: str, lang: str | None = None) -> str:
    """Why something was refused, in words."""
    if key == "not_found":
        return pick(text("없거나 볼 수 있는 범위에 없음", "Not there, or not theirs to see"), lang)
    return pick(REASONS[key], lang) if key in REASONS and "{" not in REASONS[key]["ko"] else key


def thing_label(model: str, lang: str | None = None) -> str:
    return pick(THINGS[model], lang) if model in THINGS else model.rpartition(".")[2]


events(
    {
        "records.key_made": text("서명 열쇠 생성", "Signing key made"),
        "records.key_retired": text("서명 열쇠 교체", "Signing key retired"),
        "records.heads_signed": text("기록 끝값 서명", "Heads signed"),
        "records.note_erased": text("개인 기재 내용 삭제", "Personal words erased"),
        "records.exported": text("목록 내려받기", "List exported"),
        "records.sealed": text("기록 봉인", "Record sealed"),
    }
)
things(
    {
        "people.Person": text("사람", "Person"),
        "people.Organisation": text("조직", "Organisation"),
        "people.RoleAssignment": text("역할", "Role"),
        "people.Invitation": text("초대", "Invitation"),
        "people.StaffSession": text("운영자 업무 접속", "Staff session"),
        "people.ApiToken": text("API 토큰", "API token"),
        "records.PersonalNote": text("개인 기재 내용", "Personal words"),
        "records.SigningKey": text("서명 열쇠", "Signing key"),
        "records.SealedRecord": text("봉인 기록", "Sealed record"),
        "audit log": text("감사 기록", "Audit log"),
        "audit event": text("감사 기록의 한 사건", "An event of the audit log"),
        "access log": text("접속기록", "Access log"),
        "export: log": text("감사 기록 내려받기", "Download of the audit log"),
        "export: access": text("접속기록 내려받기", "Download of the access log"),
    }
)
