"""The figures of didimdol_decide in the rulebook's words: how a tie was broken, what was trimmed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from didimdol.kernel.words import Text, pick, text
from didimdol_decide.ranking import FINAL
from didimdol_decide.record import SelectionInputs
from didimdol_decide.rules import StageRule


@dataclass(frozen=True, slots=True)
class Tie:
    """One rule applied to equal applications. ``shown``: (application's label, value), best first."""

    what: str
    shown: list[tuple[str, str]]
    decided: bool


class Words:
    """The names of a rulebook's stages, bodies and criteria, in the reader's language."""

    def __init__(self, inputs: SelectionInputs) -> None:
        self.stages: dict[str, StageRule] = {stage.key: stage for stage in inputs.stages}

    def stage(self, key: str) -> str:
        rule = self.stages.get(key)
        return pick(rule.name.as_json()) if rule else key

    def body(self, stage: str, key: str) -> str:
        return pick(self.stages[stage].body(key).name.as_json())

    def criterion(self, stage: str, body: str | None, key: str) -> str:
        for rule in self.stages[stage].bodies:
            for criterion in rule.criteria:
                if body in (None, rule.key) and criterion.key == key and criterion.name:
                    return pick(criterion.name.as_json())
        return key

    def tie_rule(self, step: Mapping[str, Any]) -> str:
        """``step``: a TieStep or TieLine of didimdol_decide as JSON."""
        return pick(self._tie_rule(step))

    def _tie_rule(self, step: Mapping[str, Any]) -> Text:
        if step["by"] == "lottery":
            return text(
                "모든 기준이 같아, 미리 약정한 추첨값이 작은 순으로 정했습니다",
                "Equal by every rule: ordered by the committed draw, lowest lot first",
            )
        stage = self.stage(step["stage"])
        if step["by"] == "stage_total":
            return text(f"‘{stage}’ 점수가 높은 순", f"Higher score of “{stage}” first")
        if step["by"] == "body":
            body = self.body(step["stage"], step["body"])
            return text(f"‘{stage}’에서 {body} 평균이 높은 순", f"Higher mean of {body} in “{stage}” first")
        criterion = self.criterion(step["stage"], step["body"], step["criterion"])
        return text(f"‘{stage}’의 ‘{criterion}’ 득점률이 높은 순", f"Higher share of “{criterion}” in “{stage}” first")

    def tie_at(self, at: str) -> str:
        if at == FINAL:
            return pick(text("최종 점수가 같음", "Equal final scores"))
        stage = self.stage(at)
        return pick(text(f"‘{stage}’ 통과선에서 점수가 같음", f"Equal scores on the line of “{stage}”"))

    def tie(self, step: Mapping[str, Any], labels: Mapping[str, str]) -> Tie:
        """``labels``: application → what the reader calls it."""
        lottery = step["by"] == "lottery"
        # Lots are hexadecimal of one length; the other values are decimals, "-" where there is none.
        order = sorted(
            step["values"].items(),
            key=lambda item: item[1] if lottery else (item[1] == "-", -float(item[1]) if item[1] != "-" else 0.0),
        )
        shown = [(labels.get(key, key), f"{value[:12]}…" if lottery else value) for key, value in order]
        return Tie(f"{self.tie_at(step['at'])}: {self.tie_rule(step)}", shown, bool(step["decided"]))


TRIMMED: dict[str, Text] = {
    "panel": text("전체 평가표에서 최고·최저점을 뺐습니다.", "The highest and lowest of the whole panel are dropped."),
    "body": text("평가 주체마다 최고·최저점을 뺐습니다.", "The highest and lowest of each body are dropped."),
    "none": text("뺀 점수가 없습니다.", "No ballot is dropped."),
}
DROPPED: dict[str, Text] = {
    "high": text("최고점 제외", "Highest, dropped"),
    "low": text("최저점 제외", "Lowest, dropped"),
}
