"""What the draw's groups, grounds and explanations are called."""

from __future__ import annotations

from collections.abc import Sequence

from didimdol.evaluation.draw_rules import AUDITOR, OPERATOR
from didimdol.evaluation.guards import stage_of, words_of
from didimdol.evaluation.models import Draw
from didimdol.kernel.words import Text, pick, text
from didimdol.people.models import Organisation
from didimdol_decide.drawing import Explanation
from didimdol_decide.plain import Text as PlainText

#: attribute → value → its name. What is not stated counts for no minimum.
GROUPS: dict[str, dict[str, Text]] = {
    "kind": {
        "market": text("시장 전문가", "Market expert"),
        "technical": text("기술 전문가", "Technical expert"),
    },
    "gender": {"f": text("여성", "Woman"), "m": text("남성", "Man")},
    "region": {
        "outside": text("비수도권", "Outside the capital region"),
        "capital": text("수도권", "Capital region"),
    },
}
NAMES: dict[str, Text] = {
    "kind": text("구분", "Kind"),
    "gender": text("성별(본인이 밝힌 경우)", "Gender, where the person stated it"),
    "region": text("지역", "Region"),
}
UNSTATED = "unstated"

#: why somebody who was drawn leaves; the only words of it that enter the record
GROUNDS: dict[str, Text] = {
    "conflict": text("이해충돌", "conflict of interest"),
    "recused": text("회피", "recused themselves"),
    "declined": text("위촉을 사양함", "declined the seat"),
    "unavailable": text("질병 등으로 참석할 수 없음", "not available (illness or the like)"),
    "role_ended": text("평가위원 자격이 끝남", "no evaluator any more"),
    "vacated": text("평가 중 해촉, 명부에 이을 사람 없음", "vacated while scoring, nobody in the pool could follow"),
}
#: recorded where the others take over without asking
VACATED = "vacated"
ASKED = {key: words for key, words in GROUNDS.items() if key != VACATED}

BARRED: dict[str, Text] = {
    "conflict": text("이해충돌 확인: 뽑지 않음", "conflict known: cannot be drawn"),
    "left": text("이 평가에서 뽑혔다가 물러남", "was drawn for this round and left"),
    "seated": text("이미 이 평가의 위원", "has a seat in this round"),
    "excluded": text("평가위원을 겸할 수 없는 역할", "holds a role that excludes evaluating"),
    "no_role": text("평가위원 역할이 없음", "no evaluator's role any more"),
}

_SPOKEN: tuple[tuple[str, str, str], ...] = (
    ("kind market", "시장 전문가", "market experts"),
    ("gender f", "여성", "women"),
    ("region outside", "비수도권 위원", "members from outside the capital region"),
)

#: what a repair of this kind asks for here
WAYS: dict[str, Text] = {
    "people": text(
        "이미 명부에 있는 사람이면 명부에 구분을 적고, 사람을 더하려면 조직 화면에서 평가위원으로 초대하여 수락하면 명부를 다시 저장하십시오.",
        "State the groups of those who are in the pool already; to add people, invite them as evaluators on the organisation's page and save the pool again once they accept.",
    ),
    "seats": text(
        "뽑을 인원은 이 추첨을 중단하고 다시 열어 정합니다.",
        "The seats are set by giving this draw up and opening another.",
    ),
    "rule": text(
        "할당과 상한은 공고된 규칙집의 값입니다. 바꾸려면 변경 공고가 필요합니다.",
        "Quotas and caps are the announced rulebook's; changing them needs an amendment.",
    ),
}


def body_name(draw: Draw) -> Text:
    """What the rulebook calls the body that is drawn for."""
    return words_of(stage_of(draw.round).body(draw.body))


def draw_name(draw: Draw) -> Text:
    """Among the draws of a challenge: its stage, its body, and which one it is where there are more."""
    stage, body = words_of(stage_of(draw.round)), body_name(draw)
    more = text(f" · {draw.number}번째 추첨", f" · draw number {draw.number}") if draw.number > 1 else text("", "")
    return text(f"{stage['ko']} · {body['ko']}{more['ko']}", f"{stage['en']} · {body['en']}{more['en']}")


def explained(draw: Draw, explanation: Explanation) -> tuple[Text, Text]:
    """Why the pool cannot be drawn, and what alone would help; with names in the place of keys."""
    repairs = explanation.repairs
    kinds = dict.fromkeys(r.kind if r.kind in ("people", "seats") else "rule" for r in repairs)
    clash = [_spoken(draw, entry.message) for entry in explanation.clash]
    ways = [_spoken(draw, entry.message) for entry in repairs]
    why, out = _spoken(draw, explanation.summary), text("", "")
    if clash:
        why = text(
            f"{why['ko']} 함께 지킬 수 없는 것: {_all(clash, 'ko')}.",
            f"{why['en']} These cannot hold together: {_all(clash, 'en')}.",
        )
    if ways:
        how = [WAYS[kind] for kind in kinds]
        out = text(
            f"다음 가운데 하나만 바꾸면 됩니다: {_all(ways, 'ko')}. {_all(how, 'ko', ' ')}",
            f"One of these changes is enough: {_all(ways, 'en')}. {_all(how, 'en', ' ')}",
        )
    return why, out


def _all(words: Sequence[Text], lang: str, between: str = " · ") -> str:
    return between.join(pick(entry, lang) for entry in words)


def _spoken(draw: Draw, words: PlainText) -> Text:
    name = body_name(draw)
    ko, en = words.ko, words.en or words.ko
    for key, in_korean, in_english in _SPOKEN:
        ko, en = ko.replace(key, in_korean), en.replace(key, in_english)
    return text(_of_body(ko, draw.body, name["ko"]), _of_body(en, draw.body, name["en"]))


def _of_body(words: str, key: str, name: str) -> str:
    for after in (":", ".", ","):
        if words.endswith(f" {key}{after}"):
            words = f"{words.removesuffix(f'{key}{after}')}{name}{after}"
    return f"{name}:{words.removeprefix(f'{key}:')}" if words.startswith(f"{key}:") else words


def witness_name(key: str, organisation: Organisation) -> Text:
    """What a second body is called: the auditor, or the company."""
    name = organisation.name
    ko, en = pick(name, "ko"), pick(name, "en")
    return text(f"감사 · {ko}", f"The auditor · {en}") if key == AUDITOR else text(ko, en)


def body_names(draw: Draw) -> dict[str, Text]:
    """The two bodies of a draw by their keys."""
    operator = draw.round.challenge.programme.operator.name
    first = text(f"운영기관 · {pick(operator, 'ko')}", f"The operator · {pick(operator, 'en')}")
    return {OPERATOR: first, draw.witness: witness_name(draw.witness, draw.witness_organisation)}
