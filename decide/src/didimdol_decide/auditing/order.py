"""Who comes before whom, by the rule and by what a sheet states: `ranking` on the applications of all sheets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from didimdol_decide.auditing.cells import spelled, value_of
from didimdol_decide.auditing.inputs import Inputs
from didimdol_decide.auditing.questions import Questions
from didimdol_decide.auditing.rule import STAGE, AuditRule
from didimdol_decide.auditing.table import Table
from didimdol_decide.ranking import Candidate, Ranking, rank
from didimdol_decide.rules import StageRule
from didimdol_decide.scoring import StageScore


@dataclass
class Placed:
    """An application with the score it is ranked by. exact: by the rule; else what the sheet states stands in
    (its inputs cannot be used), or nothing does (score None)."""

    table: Table
    inputs: Inputs
    field: str
    score: StageScore | None


@dataclass(frozen=True)
class Block:
    """Applications that the rule leaves equal (mostly one). positions: theirs together, ascending, empty where they
    have no rank; outcomes: how many of them are selected, reserve or "" (neither)."""

    members: frozenset[str]
    positions: tuple[int, ...]
    outcomes: Counter[str]


class Standing:
    """A ranking by application, equals together: what only a draw could part is one block."""

    def __init__(self, ranking: Ranking) -> None:
        lines = {line.id: line for line in ranking.applications}
        tied = [step.tied for step in ranking.ties if step.by == "lottery" and step.at == "final"]
        alone = set(lines).difference(*tied)
        self.rank = {key: line.rank for key, line in lines.items()}
        self.outcome = {
            key: line.outcome if line.outcome in ("selected", "reserve") else ""
            for key, line in lines.items()
        }
        self.blocks: list[Block] = []
        self.block: dict[str, Block] = {}
        for members in [*tied, *((key,) for key in sorted(alone))]:
            ranks = [place for key in members if (place := self.rank[key]) is not None]
            outcomes = Counter(self.outcome[key] for key in members)
            block = Block(frozenset(members), tuple(sorted(ranks)), outcomes)
            self.block |= dict.fromkeys(members, block)
            if len(members) > 1:
                self.blocks.append(block)


class Order:
    """Ranks the applications of each field. fields: names as the sheet spells them -> keys."""

    def __init__(self, placed: list[Placed], rule: AuditRule, stage: StageRule, questions: Questions) -> None:
        self.placed, self.rule, self.stage, self.questions = placed, rule, stage, questions
        self.fields = self._places()

    def _places(self) -> dict[str, str]:
        """Asks for the places of each field where they are not said."""
        spellings: dict[str, str] = {}
        for one in self.placed:
            one.field = spellings.setdefault(spelled(one.field), one.field)
        names = list(spellings.values())
        if isinstance(self.rule.select, int) and len(names) > 1:
            line = "select: {" + ", ".join(f"{name}: {self.rule.select}" for name in names) + "}"
            self.questions.ask(
                f"분야(시트)가 {len(names)}개인데 선정 수가 하나입니다. 분야별 수를 적으세요.",
                f"There are {len(names)} fields (sheets) and one number of places. State it for each.",
                line,
            )
        if isinstance(self.rule.select, dict):
            known = {spelled(name) for name in self.rule.select}
            for name in names:
                if spelled(name) not in known:
                    self.questions.ask(
                        f"분야 '{name}'의 선정 수가 없습니다.",
                        f"Field '{name}' has no number of places.",
                        f"select: {{{name}: 3}}",
                    )
        keys = {name: f"f{place}" for place, name in enumerate(names)}
        for one in self.placed:
            one.field = keys[one.field]
        return keys

    def _quota(self) -> dict[str, int]:
        select = self.rule.select
        if isinstance(select, dict):
            by_name = {spelled(name): places for name, places in select.items()}
            return {key: by_name.get(spelled(name), 0) for name, key in self.fields.items()}
        return dict.fromkeys(self.fields.values(), select or 0)

    def by_rule(self, everybody: bool) -> Standing:
        """By the rule. everybody: those below the cut-off have a rank too."""
        return self.ranking({one.inputs.id: one.score for one in self.placed if one.score}, everybody)

    def ranking(self, scores: Mapping[str, StageScore], everybody: bool) -> Standing:
        """By any scores, by application id."""
        if everybody:
            scores = {
                key: score.model_copy(update={"passed": True}) if score.status == "scored" else score
                for key, score in scores.items()
            }
        candidates = [Candidate(id=one.inputs.id, field=one.field) for one in self.placed]
        # The seed decides nothing that is reported: applications that only a draw could part are treated as one block.
        ranking = rank(
            self.rule.selection(self._quota()),
            [self.stage],
            candidates,
            {STAGE: scores},
            "no draw on a sheet",
        )
        return Standing(ranking)

    def stated_scores(self) -> dict[str, StageScore]:
        """Scores with the totals that stand there."""
        found = {}
        for one in self.placed:
            if one.score is not None:
                stated = stated_total(one.inputs)
                found[one.inputs.id] = (
                    one.score if stated is None else standing_in(one.score, stated, self.stage)
                )
        return found

    def asked_of_ties(self, standing: Standing, ranks: bool) -> bool:
        """Asks what decides between equals, where it matters: for a rank, or across a border of selection."""
        if self.rule.ties is not None:
            return False
        for block in standing.blocks:
            if ranks or len(block.outcomes) > 1:
                names = ", ".join(
                    one.inputs.entry.cell.address for one in self.placed if one.inputs.id in block.members
                )
                self.questions.ask(
                    f"동점이 있습니다 ({names}). 무엇으로 순서를 정합니까? 항목이나 구분의 이름, 공동 순위면 share.",
                    f"There is a tie ({names}). What decides? Names of items or kinds in order, or share for an equal rank.",
                    "ties: share",
                )
                return True
        return False


def stated_total(inputs: Inputs) -> Decimal | None:
    """The total that the sheet states, the mean where it has no total."""
    cell = inputs.entry.figures.get("total") or inputs.entry.figures.get("mean")
    return value_of(cell) if cell is not None else None


def standing_in(score: StageScore, total: Decimal, stage: StageRule) -> StageScore:
    """The score with the sheet's own total, for an order by what the sheet states."""
    compared = total if stage.cutoff_includes_bonus else total - score.bonus
    return score.model_copy(
        update={
            "status": "scored",
            "total": total,
            "base": total - score.bonus,
            "passed": compared >= stage.cutoff_percent,
        }
    )
