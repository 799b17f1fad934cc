"""The methods of a matching in words: what each promises, and what it does not."""

from __future__ import annotations

from dataclasses import dataclass

from didimdol.kernel.words import Text, text
from didimdol.programmes.rulebook import GroupReserve, MatchingBudget, Rulebook
from didimdol.selection.matching_limits import limit_name, limit_words


@dataclass(frozen=True, slots=True)
class Method:
    """``advice``: how a startup had better give its order."""

    name: Text
    promise: Text
    advice: Text


METHODS: dict[str, Method] = {
    "deferred_acceptance": Method(
        text("이연 승인", "Deferred acceptance"),
        text(
            "서로를 더 원하는 기업과 수요가 남지 않고, 그런 매칭 가운데 모든 기업에 가장 좋은 것입니다. 같은 순위는 평가 순위로 가립니다.",
            "No startup and demand are left that would both rather have each other; of all such matchings it is the best for every startup. Equals are told apart by the panel's ranking.",
        ),
        text("원하는 순서를 그대로 적는 것이 언제나 가장 유리합니다.", "To tell your true order is always best."),
    ),
    "stable_most": Method(
        text("안정 매칭 가운데 최다 자리", "Most seats, stable"),
        text(
            "서로를 더 원하는 기업과 수요가 남지 않는 매칭 가운데 자리를 가장 많이 채우고, 그다음 양쪽의 선호 합계가 가장 높은 것입니다. 같은 순위는 같게 둡니다.",
            "Of the matchings that leave no startup and demand that would both rather have each other: the most seats, then the highest total of both sides' liking. Equals stay equal.",
        ),
        text(
            "원하는 순서를 그대로 적어 주십시오. 이 방법에서는 그것이 언제나 가장 유리하다고 보장하지는 못합니다.",
            "Please tell your true order. This method cannot promise that it is always best for you.",
        ),
    ),
    "best_value": Method(
        text("선호 합계 최대", "Highest total"),
        text(
            "정원과 예산, 할당 안에서 양쪽의 선호 합계가 가장 높은 매칭입니다. 서로를 더 원하는 기업과 수요가 남을 수 있으며, 그런 짝은 모두 아래에 적습니다.",
            "The highest total of both sides' liking within quotas, budgets and group reserves. A startup and a demand may be left that would both rather have each other; all such pairs are listed below.",
        ),
        text(
            "원하는 순서를 그대로 적어 주십시오. 이 방법에서는 그것이 언제나 가장 유리하다고 보장하지는 못합니다.",
            "Please tell your true order. This method cannot promise that it is always best for you.",
        ),
    ),
}


#: Why a startup did not get a demand it would rather have had: without anybody's name, for the startup itself.
REASONS: dict[str, Text] = {
    "demand_full": text(
        "그 수요의 순위에서 앞선 기업으로 자리가 찼습니다",
        "full of startups that stand before it in the demand's order",
    ),
    "quota_full": text("분야의 정원이 앞선 기업으로 찼습니다", "the quota of the field is full of startups before it"),
    "own_quota": text(
        "자리는 있으나 정원이 찼고, 이 기업의 자리도 그 정원에 듭니다",
        "it has room, but the quota is full, and the startup's own place counts in it",
    ),
    "not_taken": text("수요기업이 받지 않았습니다", "the company does not take it"),
    "rule": text("받으면 예산이나 할당을 지킬 수 없습니다", "a budget or reserve would not hold then"),
    "blocking": text(
        "선호 합계가 가장 높은 매칭에는 들지 않습니다", "the matching with the highest total is without this pair"
    ),
}
EQUALS = text("(같은 순위의 기업 포함)", "(equals included)")


def limit_reason(rules: Rulebook, rule: MatchingBudget | GroupReserve) -> Text:
    """That a budget or group reserve was in the way. It tells the rule as the notice does, and nobody's amount."""
    name, said = limit_name(rule), limit_words(rules, rule)
    return text(
        f"{name['ko']} 때문에 함께할 수 없습니다 ({said['ko']})",
        f"not possible within {name['en']} ({said['en']})",
    )


MOVES: dict[str, Text] = {
    "left": text("자리를 비움", "gives its place up"),
    "demand_left": text("그 수요와 더는 이어질 수 없음", "its demand is not there for it any more"),
    "moved_up": text("더 원하던 수요로", "to one it would rather have"),
    "placed": text("새로 매칭", "newly matched"),
    "moved_down": text("덜 원하는 수요로", "to one it likes less"),
    "lost": text("자리를 잃음", "loses its place"),
    "as_good": text("똑같이 원하는 다른 수요로", "to an equal one"),
}
