"""The pages with one action each: a form or a question, then the action."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from didimdol.design.texts import in_seoul
from didimdol.kernel import clock
from didimdol.kernel.pages import ActionView
from didimdol.kernel.words import pick, text
from didimdol.records.exporting import FileView
from didimdol.records.spreadsheet import download
from didimdol.selection import actions, queries, rules
from didimdol.selection.forms import ExclusionForm, ReasonForm
from didimdol.selection.models import Line, Selection
from didimdol.selection.standings import board_of
from didimdol.selection.states import SELECTION
from didimdol.selection.workbook import workbook


class Compute(ActionView):
    """Of a closed round; again, as long as it is not decided."""

    action, reach, may, row_name = actions.compute_selection, queries.access_closed_round, rules.may_compute, "round"
    who = rules.may_compute
    title = text("순위 계산", "Compute the ranking")
    consequence = text(
        "제출된 평가표와 공고된 규칙만으로 점수와 순위를 계산합니다. 의결하기 전에는 다시 계산할 수 있고, 같은 입력에서는 언제나 같은 결과가 나옵니다. 계산한 사람은 의결할 수 없습니다.",
        "Scores and ranks are computed from the locked ballots and the announced rules alone. It can be repeated until the "
        "decision; equal inputs always give the same result. Whoever computes it cannot decide it.",
    )
    button = text("계산", "Compute")
    done = text("순위를 계산했습니다.", "The ranking is computed.")

    def back(self, row: Any) -> str:
        return reverse("selection:list")

    def after(self, row: Any, result: Selection) -> str:
        return result.get_absolute_url()


class Decide(ActionView):
    action, reach, may, row_name = (
        actions.decide_selection,
        queries.access_selection,
        SELECTION.asks("decide"),
        "selection",
    )
    who = SELECTION.moves["decide"].who
    title = text("의결", "Decide")
    consequence = text(
        "계산된 순위를 그대로 의결합니다. 공개하기 전까지는 사유를 남기고 의결을 취소할 수 있습니다.",
        "The ranking is decided as computed. Until the release the decision can be taken back, with a reason.",
    )
    button = text("의결", "Decide")
    done = text("의결했습니다.", "Decided.")


class Reconsider(ActionView):
    action, reach, may, row_name = (
        actions.reconsider_selection,
        queries.access_selection,
        SELECTION.asks("reconsider"),
        "selection",
    )
    who = SELECTION.moves["reconsider"].who
    form = ReasonForm
    title = text("의결 취소", "Take the decision back")
    consequence = text("다시 검토하고 계산할 수 있게 됩니다.", "It can be reviewed and computed again.")
    button = text("의결 취소", "Take it back")
    done = text("의결을 취소했습니다.", "The decision is taken back.")
    danger = True


class Release(ActionView):
    """Says what will happen: it cannot be undone."""

    action, reach, may, row_name = (
        actions.release_selection,
        queries.access_selection,
        SELECTION.asks("release"),
        "selection",
    )
    who = SELECTION.moves["release"].who
    template = "selection/release.html"
    title = text("결과 공개", "Release the result")
    button = text("지금 공개", "Release now")
    done = text("결과를 공개했습니다.", "The result is released.")

    def extra(self, row: Selection) -> dict[str, Any]:
        lines = queries.lines_with_names(row)
        people = queries.people_of([line.application.startup_id for line in lines], row.round.challenge_id)
        return {
            "board": board_of(row, lines, queries.field_names(row)),
            "applications": len(lines),
            "persons": sum(len(people.get(line.application.startup_id, [])) for line in lines),
            "without": [line for line in lines if not people.get(line.application.startup_id)],
        }


class _OfLine(ActionView):
    reach, row_name, form, may = queries.access_line, "line", ReasonForm, rules.may_settle
    who = rules.may_settle

    def extra(self, row: Line) -> dict[str, Any]:
        name = f"{row.application.number} · {pick(row.application.startup.name)}"
        return {"title": f"{pick(type(self).title)} · {name}"}


class Hold(_OfLine):
    action = actions.hold_line
    title = text("공개 보류", "Hold")
    consequence = text(
        "확인할 것이 있는 신청을 표시합니다. 보류를 모두 풀 때까지 전체 결과가 공개되지 않습니다.",
        "Marks an application that must be looked into. Nothing at all is released until every hold is lifted.",
    )
    button = text("보류", "Hold")
    done = text("보류했습니다.", "Held.")


class Unhold(_OfLine):
    action = actions.unhold_line
    title = text("보류 해제", "Lift the hold")
    button = text("보류 해제", "Lift the hold")
    done = text("보류를 풀었습니다.", "The hold is lifted.")


class Exclude(_OfLine):
    action, form = actions.exclude_line, ExclusionForm
    title = text("선정 대상에서 제외", "Exclude")
    consequence = text(
        "이 신청을 빼고 순위를 곧바로 다시 계산합니다. 의결하기 전까지 되돌릴 수 있습니다.",
        "The ranking is computed again at once, without this application. It can be taken back until the decision.",
    )
    button = text("제외하고 다시 계산", "Exclude and compute again")
    done = text("제외하고 다시 계산했습니다.", "Excluded, and computed again.")
    danger = True


class Readmit(_OfLine):
    action = actions.readmit_line
    title = text("제외 취소", "Take the exclusion back")
    consequence = text("이 신청을 넣고 순위를 다시 계산합니다.", "The ranking is computed again with this application.")
    button = text("제외 취소", "Take it back")
    done = text("제외를 취소하고 다시 계산했습니다.", "Taken back, and computed again.")


class Export(FileView):
    """The ranking and all calculation sheets as an Excel file, for a reason."""

    action, reach, may, row_name = actions.export_selection, queries.access_selection, rules.may_read, "selection"
    who = rules.may_read
    form = ReasonForm
    consequence = text(
        "순위와 신청마다의 점수 계산표를 내려받습니다. 누가 왜 내려받았는지 기록에 남습니다.",
        "The ranking and the calculation sheet of each application. Who downloads it, and why, is recorded.",
    )

    def file(self, selection: Selection) -> HttpResponse:
        lines = queries.lines_with_names(selection)
        board = board_of(selection, lines, queries.field_names(selection))
        name = f"{selection.round.challenge.slug}_{selection.round.stage}_{in_seoul(clock.now()):%Y%m%d_%H%M}.xlsx"
        return download(workbook(selection, board, lines), name)
