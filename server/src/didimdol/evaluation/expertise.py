"""What an evaluator knows, in their own words: keywords and a sentence. In Korean, English, or both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from didimdol.kernel.problems import BadInput
from didimdol.kernel.words import Text, normal, text

MOST_KEYWORDS, LONGEST_KEYWORD, LONGEST_SENTENCE = 20, 60, 300


@dataclass(frozen=True, slots=True)
class Expertise:
    """As it is stored with a seat: ``{"keywords": [...], "sentence": "..."}``; empty where nobody said anything."""

    keywords: tuple[str, ...] = ()
    sentence: str = ""

    @classmethod
    def of(cls, seat: Any) -> Expertise:
        return cls(tuple(seat.expertise.get("keywords", ())), seat.expertise.get("sentence", ""))

    def __bool__(self) -> bool:
        return bool(self.keywords or self.sentence)

    def as_json(self) -> dict[str, Any]:
        return {"keywords": list(self.keywords), "sentence": self.sentence} if self else {}


def expertise_given(keywords: str, sentence: str) -> Expertise:
    """What was typed: keywords between commas or on lines of their own, each once. Raises BadInput for too many and
    too long ones."""
    once: dict[str, str] = {}
    for part in re.split(r"[,，、;\n]", normal(keywords)):
        word = " ".join(part.split())
        if word:
            once.setdefault(word.casefold(), word)
    found = Expertise(tuple(once.values()), " ".join(normal(sentence).split()))
    problems: dict[str, Text] = {}
    long = [word for word in found.keywords if len(word) > LONGEST_KEYWORD]
    if len(found.keywords) > MOST_KEYWORDS:
        problems["keywords"] = text(
            f"전문 분야는 {MOST_KEYWORDS}개까지 적을 수 있습니다(지금 {len(found.keywords)}개).",
            f"At most {MOST_KEYWORDS} keywords (now {len(found.keywords)}).",
        )
    elif long:
        problems["keywords"] = text(
            f"한 항목은 {LONGEST_KEYWORD}자까지입니다: {long[0][:20]}…",
            f"A keyword has at most {LONGEST_KEYWORD} characters: {long[0][:20]}…",
        )
    if len(found.sentence) > LONGEST_SENTENCE:
        problems["sentence"] = text(
            f"{LONGEST_SENTENCE}자까지 적을 수 있습니다(지금 {len(found.sentence)}자).",
            f"At most {LONGEST_SENTENCE} characters (now {len(found.sentence)}).",
        )
    if problems:
        raise BadInput(
            "expertise_too_long",
            text("전문 분야가 너무 깁니다.", "The expertise is too long."),
            text("꼭 필요한 것만 남겨 주십시오.", "Keep what matters most."),
            fields=problems,
        )
    return found
