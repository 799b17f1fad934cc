"""The words of a clash, in both languages."""

from __future__ import annotations

from collections.abc import Sequence

from didimdol.evaluation.enums import GROUNDS
from didimdol.kernel.words import Text, text

SHOWN = 5

#: what bars a pair after the assignment and is no conflict of interest
OTHER_GROUNDS = {
    "left_panel": text("이미 이 신청의 평가에서 빠짐", "left this panel before"),
    "sits_already": text("이미 이 신청의 평가표를 제출함", "locked a ballot here before"),
}


def ground_of(reason: str) -> Text:
    """The ground of a conflict in an assignment's problem, in words."""
    return OTHER_GROUNDS.get(reason) or GROUNDS.get(reason) or text("이해충돌", "conflict of interest")


def sentence(
    numbers: Sequence[str], bodies: Sequence[Text], fields: Sequence[Text], needed: int, available: int
) -> Text:
    """The seats that cannot be filled. ``fields``: where they lie, if that is worth a word."""
    body = {lang: ", ".join(quoted(name, lang) for name in bodies) for lang in ("ko", "en")}
    field = {lang: ", ".join(quoted(name, lang) for name in fields) for lang in ("ko", "en")}
    one, several = len(numbers) == 1, "s" if len(fields) > 1 else ""
    where = text(f"{field['ko']} 분야의 ", f" of the field{several} {field['en']}") if fields else text("", "")
    who = "Application" if one else "Applications"
    return text(
        f"배정할 수 없습니다. {where['ko']}신청 {few(numbers, 'ko')}에는 {body['ko']} 위원 {needed}석이 필요하지만, "
        f"이해충돌·분야·상한을 지키면 {available}석만 배정할 수 있습니다({needed - available}석 부족).",
        f"No assignment exists. {who} {few(numbers, 'en')}{where['en']} {'needs' if one else 'need'} "
        f"{counted(needed, 'seat')} of {body['en']}, but conflicts, fields and limits leave {available} "
        f"(short of {needed - available}).",
    )


def in_all(missing: int) -> Text:
    return text(
        f"이런 자리를 모두 더하면 {missing}석이 부족합니다.", f"All such seats together are short of {missing}."
    )


def limits_used(limits: Sequence[tuple[str, int]]) -> Text:
    """Name and maximum of those who can take no more."""
    names = [f"{name}({most})" for name, most in limits]
    return text(
        f"상한까지 배정된 위원(상한): {few(names, 'ko', people=True)}.",
        f"Used to their limit (limit): {few(names, 'en')}.",
    )


def barred(conflicts: Sequence[tuple[str, Sequence[str]]]) -> Text:
    """Name, and the applications of whom they are in conflict with."""
    ko, en = (
        few([f"{name}({few(numbers, lang, 3)})" for name, numbers in conflicts], lang, people=True)
        for lang in ("ko", "en")
    )
    return text(
        f"이해충돌로 거기에 앉을 수 없는 위원(신청): {ko}.",
        f"Barred there by a conflict of interest (applications): {en}.",
    )


def elsewhere(people: int) -> Text:
    return text(
        f"같은 평가 주체의 위원 {people}명은 다른 분야를 맡습니다.",
        f"Serving other fields: {counted(people, 'evaluator')} of the same body.",
    )


def quorum(missed: int) -> Text:
    """What becomes of it where seats stay empty."""
    if not missed:
        return text("정족수는 지켜집니다.", "The quorum holds.")
    return text(
        f"그러면 신청 {missed}건은 정족수에 못 미쳐 점수가 없습니다.",
        f"{counted(missed, 'application')} would then miss the quorum and get no score.",
    )


AMENDMENT = text(
    "공고한 뒤에는 사업 담당자의 변경 공고가 필요하며, 배정하기 전까지는 접수가 끝난 뒤에도 할 수 있습니다.",
    "Once announced this takes an amendment by a manager; until the stage is assigned, after the closing too.",
)


def fewer_seats(body: Text, rule: str, before: int, after: int, quorum: int) -> Text:
    """Seats of a body that become open ones; ``rule``: where they stand in the score sheet."""
    lower = text(f", 정족수 {quorum} → {after}", f", quorum {quorum} → {after}") if after < quorum else text("", "")
    return text(
        f"{quoted(body, 'ko')} 위원 수 {before} → {after}{lower['ko']} (rule.bodies.{rule})",
        f"{quoted(body, 'en')}: seats {before} → {after}{lower['en']} (rule.bodies.{rule})",
    )


def more_open(before: int, after: int) -> Text:
    return text(f"열린 자리 {before} → {after} (panel.open_seats)", f"Open seats {before} → {after} (panel.open_seats)")


def quoted(name: Text, lang: str) -> str:
    return f"‘{name['ko']}’" if lang == "ko" else f"“{name.get('en') or name['ko']}”"


def few(listed: Sequence[str], lang: str, most: int = SHOWN, people: bool = False) -> str:
    more = len(listed) - most
    said = ", ".join(listed[:most])
    if more > 0:
        said += f" 외 {more}{'명' if people else '건'}" if lang == "ko" else f" and {more} more"
    return said


def counted(number: int, what: str) -> str:
    """1 evaluator, 2 evaluators."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
