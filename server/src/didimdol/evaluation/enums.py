from __future__ import annotations

from enum import StrEnum

from didimdol.kernel.words import Text, text


class Standing(StrEnum):
    """What is known about an evaluator and an applicant."""

    NONE = "none"  # declared: nothing between us
    CONFLICT = "conflict"  # declared
    FOUND = "found"  # by the system, from what the platform knows


#: Grounds of a conflict. Source: 운영요령 §12②③; 창업진흥원 제안서평가 지침 §9②.
GROUNDS: dict[str, Text] = {
    "same_body": text(
        "같은 기관·회사·학교에 속하거나 속했음(3년 이내)", "Belongs or belonged to the same body (within 3 years)"
    ),
    "relative": text("대표자와 친족이거나 친족이었음", "Is or was a relative of the chief executive"),
    "paid": text(
        "자문·용역·연구 등 대가를 받음(지난해 1월 1일 이후)",
        "Paid work, advice or research (since 1 January of last year)",
    ),
    "interest": text("지분·투자·채권 등 이해관계가 있음", "Shares, investment or other interest"),
    "contact": text("이 신청에 관해 사전 접촉이 있었음", "Contact about this application beforehand"),
    "other": text("그 밖에 공정성을 해칠 수 있음", "Something else that may harm fairness"),
}

#: What a ballot became when its evaluator left the panel: it counts no more, and its seat is to be filled anew.
LEFT = ("recused", "moved")

#: What the assignment aims at (``PanelRules.objective``).
OBJECTIVES: dict[str, Text] = {
    "most": text("적합도 합계가 가장 높은 배정", "the highest total affinity"),
    "fair": text("적합도가 가장 낮은 신청부터 높이는 배정", "the worst-off application first, then the total"),
}

#: Why somebody with a higher affinity does not sit on a panel (didimdol_decide.assignment.result.WhyNot).
WHY_NOT: dict[str, Text] = {
    "conflict": text("이해충돌", "conflict of interest"),
    "other_field": text("다른 분야", "another field"),
    "organisation_cap": text("같은 기관의 위원이 이미 있음", "their organisation has its seats"),
    "full": text("다른 신청에서 더 필요함", "needed more elsewhere"),
    "day_full": text("그날 최대 건수를 다른 신청에 씀", "at their daily maximum with others"),
    "load_minimum_of_chosen": text("배정된 위원의 최소 건수", "the one chosen needs the minimum"),
    "chosen_is_pinned": text("미리 정해진 위원", "the one chosen was fixed before"),
    "other_day": text("그날 참석할 수 없음", "not there on that day"),
    "fairness": text("가장 불리한 신청을 돕기 위해", "needed to help the worst-off application"),
    "least_change": text("이미 정한 배정을 바꾸지 않기 위해", "to change as little as possible"),
    "tie_rule": text("같은 조건에서 추첨", "an even choice, drawn"),
}
