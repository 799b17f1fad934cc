"""Korean without a dictionary: what to take off the end of a word, and words that tell nothing of a subject.

Only what is safe is taken off. Many nouns end in 로 or 도 too (회로, 온도): there the last two syllables are
kept beside the stem, so that both readings are found.
"""

from __future__ import annotations


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


ENDINGS: frozenset[str] = frozenset(
    _listed(
        # of verbs made from nouns
        "하였습니다 했습니다 하겠습니다 합니다 하는 하여 하고 하며 하면 하기 하도록 하려는 하지 "
        "되었습니다 됐습니다 됩니다 되는 되어 되고 되며 되도록 시킵니다 시켰습니다 시키는 시켜 시키고 "
        "입니다 이었습니다 이며 이고 이라는 라는 적으로 적이고 적이며 적인 "
        # particles of two syllables or more
        "에서는 에서도 에서의 에서 에게서 에게 에는 에도 에만 에의 "
        "으로는 으로도 으로의 으로써 으로서 으로 로써 로서 로의 까지의 까지는 까지도 까지 부터의 부터는 부터 "
        "보다 처럼 마다 만의 만을 만으로 과의 와의 이나 이란"
    )
)
_LENGTHS = sorted({len(ending) for ending in ENDINGS}, reverse=True)
#: particles after a final consonant, after a vowel, after either
AFTER_CONSONANT, AFTER_VOWEL, AFTER_EITHER = frozenset("을은이과"), frozenset("를는가와"), frozenset("의에도")
#: 로 follows a vowel or ㄹ
RIEUL = 8
#: nouns end that way as often
AMBIGUOUS = frozenset("로도")
PARTICLES = AFTER_CONSONANT | AFTER_VOWEL | AFTER_EITHER | frozenset("로만나")

#: they stand in every application and every expertise
SAYS_NOTHING: frozenset[str] = frozenset(
    _listed(
        "및 등 수 것 더 그 이 저 또 각 약 총 한 두 세 때 곳 점 중 후 전 내 외 간 또는 그리고 그러나 따라서 "
        "통해 통한 통하여 위해 위한 위하여 대한 대해 대하여 관한 관련 관하여 있는 있다 있습니다 없이 없는 "
        "없습니다 같은 다른 모든 여러 다양 다양한 가장 매우 직접 함께 이를 우리 저희 당사 "
        "기반 기술 분야 전문 전문가 경험 경력 연구 연구원 개발 사업 과제 제품 서비스 활용 적용 수행 제공 "
        "구현 확보 가능 필요 목표 계획 결과 방법 "
        "a an the of and or for in on at to with by from as is are be we our it its this that which than not "
        "no more using use based via into over under between"
    )
)


def final_of(syllable: str) -> int:
    """The final consonant of a Hangul syllable by its number in Unicode; 0: none."""
    return (ord(syllable) - 0xAC00) % 28


def stem(word: str) -> str:
    """The word without one ending or particle; at least two syllables stay. Nothing of a verb that was
    not made from a noun ("만듭니다"). `word`: Hangul syllables only."""
    for length in _LENGTHS:  # the longest that fits
        if len(word) - length >= 2 and word[-length:] in ENDINGS:
            return word[:-length]
    if word.endswith("니다"):
        return ""
    last, rest = word[-1], word[:-1]
    if len(rest) < 2:
        return word
    final = final_of(rest[-1])
    fits = AFTER_CONSONANT if final else AFTER_VOWEL
    return rest if last in fits or last in AFTER_EITHER or (last == "로" and final in (0, RIEUL)) else word


def is_ending(word: str) -> bool:
    """Whether Hangul right after Latin letters is nothing but a particle ("NPU를", "AI에서")."""
    return word in PARTICLES or word in ENDINGS
