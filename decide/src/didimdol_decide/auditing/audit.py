"""The audit of a score sheet, from its sheets to the findings."""

from __future__ import annotations

from didimdol_decide.auditing.cells import Grid, number_in, spelled
from didimdol_decide.auditing.columns import check_structure, check_totals
from didimdol_decide.auditing.figures import Figures
from didimdol_decide.auditing.findings import AuditResult, HeadingLine, Report, SheetLine
from didimdol_decide.auditing.headings import Reader
from didimdol_decide.auditing.inputs import Inputs, read_inputs
from didimdol_decide.auditing.order import Placed, standing_in, stated_total
from didimdol_decide.auditing.places import Places
from didimdol_decide.auditing.questions import Questions
from didimdol_decide.auditing.rule import AuditRule
from didimdol_decide.auditing.table import Table, read_table
from didimdol_decide.plain import Text
from didimdol_decide.rules import StageRule
from didimdol_decide.scoring import StageScore, score_stage


class NoTable(ValueError):
    """No sheet has headings that are understood; `seen`: what was read as headings, by sheet."""

    def __init__(self, seen: list[str]) -> None:
        super().__init__("no score table")
        self.seen = seen


def audit_grids(grids: list[Grid], rule: AuditRule, file: str = "") -> AuditResult:
    """Audit the sheets of one file by one rule.

    grids: see `reading.read_grids`. Points and means as the rule's scale. Raises NoTable, RuleIncomplete.
    """
    reader, report, questions = Reader(rule), Report(), Questions()
    tables = [read_table(grid, head) for grid in grids if (head := reader.find(grid)) is not None]
    tables = [table for table in tables if table.entries]
    if not tables:
        raise NoTable([grid.name for grid in grids])
    with_items = _ask_of_columns(tables, rule, questions)
    questions.stop()

    stage = rule.stage(with_items)
    placed: list[Placed] = []
    unrounded = 0
    for place, table in enumerate(tables):
        check_structure(table, report)
        figures = Figures(table, rule, stage, report)
        for number, entry in enumerate(table.entries):
            inputs = read_inputs(table, entry, f"{place:03}.{number:06}", rule, with_items, report)
            score = _score(inputs, stage)
            if score.status == "scored" and not inputs.broken:
                figures.check(inputs, score)
            elif not inputs.broken:
                figures.check_unscored(inputs)
            placed.append(Placed(table, inputs, entry.field, _ranked_by(inputs, score, stage)))
        unrounded += figures.unrounded
        check_totals(table, rule, report)
    places = Places(placed, rule, stage, report, questions)
    questions.stop()
    places.check()
    questions.stop()
    order = {grid.name: place for place, grid in enumerate(grids)}
    return AuditResult(
        file=file,
        rule=rule.as_json(),
        sheets=tuple(_sheet(table) for table in tables),
        checked=report.checked,
        findings=tuple(
            sorted(report.found, key=lambda one: (order[one.sheet], one.row, one.column, one.kind))
        ),
        notes=(*_notes(grids, tables, placed, unrounded), *places.notes),
    )


def _score(inputs: Inputs, stage: StageRule) -> StageScore:
    return score_stage(stage, inputs.ballots, {inputs.id: inputs.bonus})[inputs.id]


def _ranked_by(inputs: Inputs, score: StageScore, stage: StageRule) -> StageScore | None:
    if not inputs.broken:
        return score
    stated = stated_total(inputs)
    return None if stated is None else standing_in(score, stated, stage)


def _ask_of_columns(tables: list[Table], rule: AuditRule, questions: Questions) -> bool:
    """Whether the sheets show items; asks for what the columns need and the rule does not say."""
    columns = [column for table in tables for column in table.head.columns]
    with_items = any(column.role == "item" for column in columns)
    for table in tables:
        for column in table.head.columns:
            if column.role == "unread" and column.evaluator:
                most = number_in("".join(sign for sign in column.heading.text if sign.isdigit())) or 30
                name = spelled(column.heading.text)
                questions.ask(
                    f"{column.heading.address} '{column.text}'은(는) 규칙에 없는 평가 항목입니다.",
                    f"{column.heading.address} '{column.text}' is an item that the rule does not name.",
                    f"items: [{{name: {name}, max: {most}}}]",
                )
        if with_items:
            _ask_of_items(table, rule, questions)
    if any(column.role == "bonus" for column in columns) and rule.bonus_cap is None:
        questions.ask(
            "가점 열이 있는데 가점 한도가 없습니다.",
            "There is a bonus column; what is the most one can get?",
            "bonus_cap: 5",
        )
    trimmed = rule.trim != "none" and (rule.trim.drop_high or rule.trim.drop_low)
    if trimmed and any(column.role == "sum" for column in columns) and rule.sum_of is None:
        questions.ask(
            "합계 열은 모든 평가위원의 합입니까 (all), 최고·최저를 뺀 합입니까 (kept)?",
            "Is the sum column of all evaluators (all), or of those kept after trimming (kept)?",
            "sum_of: all",
        )
    roles = {column.role for column in columns}
    said = {*rule.columns.values()} & {"sum", "total"}
    if {"mean", "total"} <= roles and not {"bonus", "sum"} & roles and not said:
        total = next(column for column in columns if column.role == "total")
        questions.ask(
            f"{total.heading.address} '{total.text}'은(는) 평가위원 점수의 합입니까 (sum), 최종 점수입니까 (total)?",
            f"Is {total.heading.address} '{total.text}' the sum over evaluators (sum), or the final score (total)?",
            f"columns: {{{total.heading.text}: sum}}",
        )
    if rule.kinds:
        known = {spelled(name) for kind in rule.kinds for name in kind.evaluators}
        for name in dict.fromkeys(name for table in tables for name in table.evaluators):
            if spelled(name) not in known:
                questions.ask(
                    f"'{name}'은(는) 어느 구분의 평가위원입니까?", f"Which kind is the evaluator '{name}' of?",
                    f"kinds: [{{name: {rule.kinds[0].name}, weight: {rule.kinds[0].weight}, evaluators: [{name}]}}]",
                )  # fmt: skip
    return with_items


def _ask_of_items(table: Table, rule: AuditRule, questions: Questions) -> None:
    shown = {name for entry in table.entries for ballot in entry.ballots for name in ballot.items}
    known = {item.name for item in rule.items}
    for name in sorted(shown - known):
        questions.ask(
            f"항목 '{name}'의 배점이 없습니다.",
            f"Item '{name}' has no maximum.",
            f"items: [{{name: {name}, max: 30}}]",
        )
    for entry in table.entries[:1]:
        for ballot in entry.ballots:
            for item in rule.items:
                if item.name not in ballot.items:
                    questions.ask(
                        f"'{table.grid.name}' 시트의 {ballot.evaluator}에게 항목 '{item.name}'의 열이 없습니다.",
                        f"On sheet '{table.grid.name}', {ballot.evaluator} has no column for item '{item.name}'.",
                        f"columns: {{H: 'item:{item.name}'}}",
                    )


def _sheet(table: Table) -> SheetLine:
    return SheetLine(
        name=table.grid.name,
        applications=len(table.entries),
        evaluators=len(table.evaluators),
        headings=tuple(
            HeadingLine(cell=column.heading.address, heading=column.text, role=column.role)
            for column in table.head.columns
        ),
    )


def _notes(grids: list[Grid], tables: list[Table], placed: list[Placed], unrounded: int) -> list[Text]:
    notes = []
    formulas = sum(cell.formula is not None for table in tables for cell in table.grid.cells.values())
    if formulas:
        notes.append(
            Text(
                ko=f"수식이 든 칸 {formulas}개는 파일에 마지막으로 저장된 값으로 검사했습니다.",
                en=f"{formulas} cells hold formulas; the values that were last stored in the file were audited.",
            )
        )
    if unrounded:
        notes.append(
            Text(
                ko=f"값 {unrounded}개는 반올림하지 않은 채 저장되어 있으나 규칙대로 반올림하면 맞습니다.",
                en=f"{unrounded} figures are stored unrounded; rounded by the rule they are right.",
            )
        )
    names = {table.grid.name for table in tables}
    if others := [grid.name for grid in grids if grid.name not in names]:
        listed = ", ".join(f"'{name}'" for name in others)
        notes.append(
            Text(ko=f"평가표를 찾지 못한 시트: {listed}.", en=f"Sheets without a score table: {listed}.")
        )
    for table in tables:
        if unread := [column for column in table.head.columns if column.role == "unread"]:
            listed = ", ".join(f"{column.heading.address} '{column.text}'" for column in unread)
            notes.append(Text(ko=f"검사하지 않은 열: {listed}.", en=f"Columns not audited: {listed}."))
        for cell in table.remarks:
            notes.append(
                Text(
                    ko=f"{cell.address}에 규칙으로 보이는 글이 있습니다. 적용한 규칙과 같은지 보세요: '{cell.text[:200]}'",
                    en=f"{cell.address} seems to state a rule. Compare it with the rule applied: '{cell.text[:200]}'",
                )
            )
    if broken := [one.inputs.entry.cell.address for one in placed if one.inputs.broken]:
        listed = ", ".join(broken)
        notes.append(
            Text(
                ko=f"쓸 수 없는 점수가 있어 평균과 총점을 다시 계산하지 못한 신청 (순위에는 적힌 총점을 씀): {listed}.",
                en=f"Applications with unusable scores: mean and total not recomputed, the stated total used in ranking: {listed}.",
            )
        )
    return notes
