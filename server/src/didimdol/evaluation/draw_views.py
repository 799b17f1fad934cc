"""Pages of a draw: the draw, its files, what everybody sees of it, and the pages with one action each."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from didimdol.design.texts import in_seoul
from didimdol.evaluation import actions, draw_queries, draw_rules, drawing, queries, rules
from didimdol.evaluation.draw_forms import (
    CommitForm,
    OpenDrawForm,
    PoolForm,
    ReplaceForm,
    RevealForm,
    SealForm,
)
from didimdol.evaluation.draw_public import public_record
from didimdol.evaluation.draw_showing import conducting, may_seal, shown, told_to_all
from didimdol.evaluation.draw_states import DRAW, REPLACEMENT
from didimdol.evaluation.draw_workbook import pool_workbook
from didimdol.evaluation.following import could_be_followed, may_ask
from didimdol.evaluation.forms import ReasonForm
from didimdol.evaluation.guards import open_seats, stage_of
from didimdol.evaluation.models import Draw, DrawPerson, DrawReplacement, Round
from didimdol.kernel import clock
from didimdol.kernel.actor import PUBLIC
from didimdol.kernel.pages import ActedRequest, ActionView
from didimdol.kernel.problems import Absent, Invisible
from didimdol.kernel.words import text
from didimdol.records.exporting import FileView
from didimdol.records.opening import opened
from didimdol.records.serving import sealed_file
from didimdol.records.spreadsheet import download


@require_safe
def draw_page(request: ActedRequest, id: UUID) -> HttpResponse:
    """Where the draw stands and what is next; names only for those who conduct or audit the round."""
    actor = request.actor
    draw = draw_queries.access_draw(actor, id)
    context = shown(actor, draw)
    if draw_rules.sees_names(actor, draw):
        opened(actor, "evaluation draw", draw)
        context |= conducting(actor, draw)
    context |= {"filename": filename(draw), "keys_url": request.build_absolute_uri(reverse("records:keys"))}
    return render(request, "evaluation/draw.html", context)


def filename(draw: Draw) -> str:
    return f"{draw.round.challenge.slug}.{draw.round.stage}.{draw.body}.draw-{draw.number}.json"


@require_safe
def draw_file(request: ActedRequest, id: UUID) -> JsonResponse:
    """The draw on its way, as ``didimdol-decide draw`` reads it: the sealed pool and the commitments so far."""
    draw = draw_queries.access_draw(request.actor, id)
    if not draw.pool_digest:
        raise Invisible("draw", id)
    found = drawing.opening_of(draw, revealed=draw.state == "drawn")
    headers = {"Content-Disposition": f'attachment; filename="DRAW-{filename(draw)}"', "Cache-Control": "no-store"}
    return JsonResponse(found.as_json(), json_dumps_params={"ensure_ascii": False, "indent": 1}, headers=headers)


@require_safe
def draw_record(request: ActedRequest, id: UUID) -> JsonResponse:
    """The sealed record with the pool's pseudonyms: for those who conduct or audit, and for the second body."""
    draw = draw_queries.access_draw(request.actor, id)
    response = sealed_file(draw.record, filename(draw))
    opened(request.actor, "evaluation draw", draw)
    return response


@require_safe
def draw_public(request: HttpRequest, id: UUID) -> HttpResponse:
    """For everybody: the seal, the commitments, who has revealed; once the results are out, what was drawn."""
    draw = draw_queries.public_draw(id)
    context = shown(PUBLIC, draw) | told_to_all(draw)
    context |= {
        "filename": f"public.{filename(draw)}",
        "keys_url": request.build_absolute_uri(reverse("records:keys")),
    }
    return render(request, "evaluation/draw_public.html", context)


@require_safe
def draw_public_record(request: HttpRequest, id: UUID) -> JsonResponse:
    draw = draw_queries.public_draw(id)
    if draw.record is None or not draw_rules.is_released(draw):
        raise Absent("draw record", id)
    headers = {"Content-Disposition": f'attachment; filename="public.{filename(draw)}"'}
    return JsonResponse(public_record(draw), json_dumps_params={"ensure_ascii": False, "indent": 1}, headers=headers)


# --- one action each -----------------------------------------------------------------------------------------------


class OpenDraw(ActionView):
    action = staticmethod(actions.open_draw)
    reach = staticmethod(queries.conducted_round)
    who = staticmethod(rules.conducts)
    row_name = "round"
    title = text("평가위원 추첨 시작", "Begin to draw evaluators")
    consequence = text(
        "이 챌린지의 외부 전문가 역할이 있는 사람이 모두 명부에 오릅니다. 명부를 확인해 봉인하면 두 기관이 비밀을 약속하고, 공개한 비밀로 뽑습니다.",
        "Everybody with an external expert's role for this challenge is in the pool. You check and seal it; two bodies commit to secrets, and the secrets they reveal decide.",
    )
    button = text("명부 만들기", "Make the pool")
    done = text("명부를 만들었습니다. 확인하고 봉인해 주십시오.", "The pool is made. Check it and seal it.")

    def make_form(self, row: Round, data: Any = None, files: Any = None) -> OpenDrawForm:
        return OpenDrawForm(
            data, stage=stage_of(row), open_seats=open_seats(row), witnesses=draw_queries.witnesses(row)
        )

    def after(self, row: Round, result: Draw) -> str:
        return result.get_absolute_url()


class DrawMove(ActionView):
    reach = staticmethod(draw_queries.access_draw)
    row_name = "draw"


class ChangePool(DrawMove):
    action = staticmethod(actions.change_pool)
    reach = staticmethod(draw_queries.conducted_draw)
    who = staticmethod(draw_rules.prepares)
    template = "evaluation/draw_pool.html"
    title = text("추첨 명부", "The pool of the draw")
    done = text("명부를 저장했습니다.", "The pool is saved.")

    def make_form(self, row: Draw, data: Any = None, files: Any = None) -> PoolForm:
        return PoolForm(data, draw=row, people=draw_queries.people_of(row))

    def extra(self, row: Draw) -> dict[str, Any]:
        return {"draw": row, "round": row.round, "open": row.state == "pool"}


class SealPool(DrawMove):
    action = staticmethod(actions.seal_pool)
    reach = staticmethod(draw_queries.conducted_draw)
    who = staticmethod(draw_rules.prepares)
    may = staticmethod(may_seal)
    form = SealForm
    title = text("명부를 봉인합니까?", "Seal the pool?")
    consequence = text(
        "봉인하면 누구도 명부를 바꿀 수 없습니다. 명부의 요약값이 공개되고, 두 기관에 비밀을 약속해 달라고 알립니다.",
        "Nobody can change a sealed pool. Its digest is published, and both bodies are asked to commit to a secret.",
    )
    button = text("봉인", "Seal")
    done = text("명부를 봉인했습니다.", "The pool is sealed.")


class Commit(DrawMove):
    action = staticmethod(actions.commit_secret)
    who = staticmethod(draw_rules.takes_part)
    form = CommitForm
    template = "evaluation/draw_commit.html"
    title = text("비밀 약속", "Commit to a secret")
    done = text(
        "약속했습니다. 비밀 파일은 공개할 때까지 보관하십시오.", "Committed. Keep the secret file until you reveal."
    )

    def extra(self, row: Draw) -> dict[str, Any]:
        body = draw_rules.body_of(self.request.actor, row)
        committed = row.commitments.filter(body=body).exists()
        return {
            "draw": row,
            "body": body,
            "committed": committed,
            "open": row.state == "sealed" and not committed,
            "draw_file": f"DRAW-{filename(row)}",
        }


class RevealSecret(DrawMove):
    action = staticmethod(actions.reveal_secret)
    who = staticmethod(draw_rules.may_reveal)
    may = staticmethod(draw_rules.has_to_reveal)
    form = RevealForm
    template = "evaluation/draw_reveal.html"
    title = text("비밀 공개", "Reveal the secret")
    done = text("공개했습니다.", "Revealed.")

    def make_form(self, row: Draw, data: Any = None, files: Any = None) -> RevealForm:
        return RevealForm(data, files)

    def extra(self, row: Draw) -> dict[str, Any]:
        body = draw_rules.body_of(self.request.actor, row)
        return {"draw": row, "body": body, "last": body != draw_rules.OPERATOR}


class GiveUp(DrawMove):
    action = staticmethod(actions.give_up_draw)
    reach = staticmethod(draw_queries.conducted_draw)
    who = staticmethod(draw_rules.prepares)
    may = DRAW.asks("give_up")
    form = ReasonForm
    title = text("추첨을 중단합니까?", "Give the draw up?")
    consequence = text(
        "결과 없이 끝납니다. 어디까지 왔고 어느 기관이 공개하지 않았는지 모두에게 보입니다. 다시 뽑으려면 새 명부와 새 비밀로 시작합니다.",
        "It ends without a result. Everybody sees how far it came and who had not revealed. To draw again, begin with a new pool and new secrets.",
    )
    button = text("중단", "Give up")
    done = text("추첨을 중단했습니다.", "The draw was given up.")
    danger = True


class ExportPool(FileView, DrawMove):
    """The pool with its names and the salts that open its pseudonyms, as an Excel file, for a reason."""

    action = staticmethod(actions.export_pool)
    reach = staticmethod(draw_queries.conducted_draw)
    form = ReasonForm
    title = text("추첨 명부를 Excel로 내려받기", "Download the pool as Excel")
    consequence = text(
        "이름, 가명, 가명을 여는 값이 함께 들어 있습니다. 누가 왜 내려받았는지 기록에 남습니다.",
        "It holds names, pseudonyms and what opens them. Who downloads it, and why, is recorded.",
    )

    def file(self, draw: Draw) -> HttpResponse:
        name = f"{draw.round.challenge.slug}_{draw.body}_{in_seoul(clock.now()):%Y%m%d_%H%M}.xlsx"
        return download(pool_workbook(draw, draw_queries.people_of(draw)), name)


CONTINUED = text(
    "다른 담당자가 승인하면 같은 추첨의 다음 수가 비어 있는 이 자리의 후임을 뽑습니다. 후임이 이해충돌을 신고하면 빈자리를 채웁니다.",
    "Once somebody else accepts, the next number of the same draw names who follows in this empty place. The empty seats are filled when they have declared.",
)


STAYS_EMPTY = text(
    "명부에 규칙을 지키며 뒤를 이을 사람이 없습니다. 다른 담당자가 승인하면 이 위원의 자리가 비고, 비어 있는 자리에는 사유를 적어 위촉하거나 다시 추첨합니다.",
    "Nobody in the pool could follow within the rules. Once somebody else accepts, this seat is vacated and stays empty: name somebody with a reason, or draw again.",
)


class Replace(ActionView):
    action = staticmethod(actions.ask_replacement)
    reach = staticmethod(draw_queries.conducted_person)
    row_name = "leaving"
    form = ReplaceForm
    title = text("추첨된 위원의 대체 요청", "Ask to replace a drawn evaluator")
    consequence = text(
        "다른 담당자가 승인하면 이 위원의 자리가 비고, 같은 추첨의 다음 수가 후임을 뽑습니다. 다른 위원은 바뀌지 않습니다.",
        "Once somebody else accepts, this seat is vacated and the next number of the same draw names who follows. Nobody else moves.",
    )
    button = text("대체 요청", "Ask")
    done = text("대체를 요청했습니다. 다른 담당자가 승인해야 합니다.", "Asked. Somebody else must accept.")
    danger = True

    @staticmethod
    def who(actor: Any, row: DrawPerson) -> Any:
        return draw_rules.prepares(actor, row.draw)

    @staticmethod
    def may(actor: Any, row: DrawPerson) -> Any:
        return may_ask(row)

    def back(self, row: DrawPerson) -> str:
        return row.draw.get_absolute_url()

    def extra(self, row: DrawPerson) -> dict[str, Any]:
        context = {"title": text(f"{row.person.name} 위원의 대체 요청", f"Ask to replace {row.person.name}")}
        if row.draw.round.state == "scoring":
            return {**context, "consequence": CONTINUED}
        return context if could_be_followed(row) else {**context, "consequence": STAYS_EMPTY}


class AnswerReplacement(ActionView):
    reach = staticmethod(draw_queries.conducted_replacement)
    who = staticmethod(draw_rules.answers_replacement)
    row_name = "replacement"

    def back(self, row: DrawReplacement) -> str:
        return row.draw.get_absolute_url()


class AcceptReplacement(AnswerReplacement):
    action = staticmethod(actions.accept_replacement)
    may = REPLACEMENT.asks("accept")
    title = text("대체를 승인합니까?", "Accept the replacement?")
    consequence = text(
        "자리를 비우고 같은 추첨으로 후임을 뽑습니다. 되돌릴 수 없습니다.",
        "The seat is vacated and the same draw names who follows. This cannot be undone.",
    )
    button = text("승인하고 뽑기", "Accept and draw")
    done = text("대체를 처리했습니다.", "The replacement is done.")
    danger = True


class RefuseReplacement(AnswerReplacement):
    action = staticmethod(actions.refuse_replacement)
    may = REPLACEMENT.asks("refuse")
    form = ReasonForm
    title = text("대체를 거절합니까?", "Refuse the replacement?")
    consequence = text("뽑힌 위원이 그대로 남습니다.", "Who was drawn stays.")
    button = text("거절", "Refuse")
    done = text("대체 요청을 거절했습니다.", "The request was refused.")
