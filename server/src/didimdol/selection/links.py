"""What selection puts on other rooms' pages, and what its events are called in the log."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse

from didimdol.demands.models import Demand
from didimdol.evaluation.guards import stage_of
from didimdol.evaluation.models import Round
from didimdol.kernel.actor import Actor
from didimdol.kernel.words import Text, pick, text
from didimdol.programmes import pages
from didimdol.programmes import rules as programme_rules
from didimdol.programmes.models import Challenge
from didimdol.records import labels
from didimdol.selection.matching_queries import released_matching
from didimdol.selection.matching_rules import may_prefer_as_demand
from didimdol.selection.meeting_queries import own_sides
from didimdol.selection.models import Selection
from didimdol.selection.place_rules import COMPANY, STARTUP
from didimdol.selection.queries import RUN, released_final
from didimdol.selection.rules import may_compute
from didimdol.selection.states import SELECTION
from didimdol.selection.sureness_queries import deviation_counts, own_counts


def links(actor: Actor, challenge: Challenge) -> Iterable[pages.PageLink]:
    if challenge.state == "closed" and released_final(challenge):
        yield pages.PageLink(
            "notice",
            text("선정 결과", "Result"),
            reverse("selection:result", args=[challenge.slug]),
            text("누구나 다시 확인할 수 있는 봉인 기록과 함께", "With the sealed record that anybody can check"),
        )
    yield from _outcomes(actor, challenge)
    if challenge.state in ("evaluating", "closed") and programme_rules.runs(actor, challenge, *RUN):
        url = f"{reverse('selection:list')}?challenge={challenge.slug}"
        yield pages.PageLink("manage", text("선정", "Selection"), url)
    if challenge.state == "closed" and programme_rules.runs(actor, challenge, *RUN):
        asked = f"?challenge={challenge.slug}"
        yield pages.PageLink(
            "manage", text("참여 확정·예비", "Places and reserves"), reverse("selection:places") + asked
        )
        yield pages.PageLink("manage", text("수요 매칭", "Matching"), reverse("selection:matchings") + asked)
        yield pages.PageLink("manage", text("밋업", "Meet-up"), reverse("selection:meet_ups") + asked)
    takes_sides = any(grant.role in (*STARTUP, *COMPANY) for grant in actor.grants)
    if challenge.state == "closed" and takes_sides and own_sides(actor, challenge.slug, most=1):
        url = f"{reverse('selection:meet_ups')}?challenge={challenge.slug}"
        note = text("희망과 나의 시간표", "Your wishes and your timetable")
        yield pages.PageLink("notice", text("밋업", "Meet-up"), url, note)


def _outcomes(actor: Actor, challenge: Challenge) -> Iterable[pages.PageLink]:
    """What became of a company's demands in the matching, whether or not a startup was matched with them."""
    mine = {grant.organisation for grant in actor.grants if grant.role in COMPANY}
    matching = released_matching(challenge) if mine and challenge.state == "closed" else None
    if matching is None:
        return
    for demand in Demand.objects.within(challenge=challenge, company__in=mine, state="published").order_by(
        "published_at"
    ):
        if may_prefer_as_demand(actor, demand):
            url = reverse("selection:prefer_as_demand", args=[matching.pk, demand.pk])
            yield pages.PageLink("notice", _titled(demand), url)


def _titled(demand: Demand) -> Text:
    ko, en = pick(demand.title, "ko"), pick(demand.title, "en")
    return text(f"매칭 결과: {ko}", f"Outcome of the matching: {en}")


def of_round(actor: Actor, round: Round) -> Iterable[pages.PageLink]:
    """On the page of a round (fills the port of evaluation): the ranking of a closed one and the deviating ballots for
    those who conduct it, an evaluator's own remarks."""
    if programme_rules.runs(actor, round.challenge, *RUN):
        if round.state == "closed":
            yield from _ranking(actor, round)
        if stage_of(round).deviation_percent is not None and round.state in ("scoring", "closed"):
            every, answered = deviation_counts(round)
            told = (
                text(f"{every}장 가운데 {answered}장에 사유", f"{answered} of {every} have a reason")
                if every
                else text("지금까지 사유를 물은 평가표가 없습니다", "No ballot is asked for a reason so far")
            )
            url = reverse("selection:deviations", args=[round.pk])
            yield pages.PageLink("manage", text("편차 사유", "Reasons for deviations"), url, told)
        return
    if left := own_counts(actor, round):
        note = text(f"{left[1]}건에 답변할 수 있습니다", f"{left[1]} may be answered") if left[1] else None
        url = reverse("selection:remarks", args=[round.pk])
        yield pages.PageLink("manage", text("내 평가표에 대한 알림", "Remarks on your ballots"), url, note)


def _ranking(actor: Actor, round: Round) -> Iterable[pages.PageLink]:
    selection = Selection.objects.within(round=round).first()
    if selection is not None:
        label = text("순위와 선정", "Ranking and selection")
        yield pages.PageLink("manage", label, selection.get_absolute_url(), SELECTION.state(selection).label)
    elif may_compute(actor, round):
        url = reverse("selection:compute", args=[round.pk])
        yield pages.PageLink("manage", text("순위 계산", "Compute the ranking"), url)


def register() -> None:
    pages.add_links(links)
    labels.events(
        {
            "selection.computed": text("순위 계산", "Ranking computed"),
            "selection.exported": text("순위 내려받기", "Ranking exported"),
            "selection_line.held": text("공개 보류", "Application held"),
            "selection_line.unheld": text("보류 해제", "Hold lifted"),
            "selection_line.excluded": text("선정 대상에서 제외", "Application excluded"),
            "selection_line.readmitted": text("제외 취소", "Exclusion taken back"),
            "selection_estimate.asked": text("확실성 추정 요청", "Estimate of sureness asked for"),
            "selection_estimate.made": text("확실성 추정", "Sureness estimated"),
            "selection_estimate.dropped": text("확실성 추정 버림", "Estimate of sureness dropped"),
            "selection_estimate.deleted": text("확실성 추정 삭제", "Estimate of sureness deleted"),
            "remark.changed": text("평가표 알림 변경", "Remark on ballots changed"),
            "remark.kept": text("평가표 알림 유지", "Remark on ballots kept"),
            "remarks.answered": text("평가표 알림에 답변", "Remarks on ballots answered"),
            "remarks.answered_again": text("평가표 알림에 답변(변화 없음)", "Remarks on ballots answered, nothing new"),
            "selection_place.promoted": text("예비 승격", "Reserve promoted"),
            "selection_places.exported": text("자리 목록 내려받기", "List of places exported"),
            "selection_preference.given": text("매칭 순위 제출", "Order for the matching given"),
            "selection_matching.computed": text("매칭 계산", "Matching computed"),
            "selection_match.made": text("매칭 성립", "Match made"),
            "selection_match.ended": text("매칭 종료", "Match ended"),
            "selection_meet_up.changed": text("밋업 일정 변경", "Meet-up changed"),
            "selection_meeting_table.added": text("밋업 테이블 추가", "Meeting table added"),
            "selection_meeting_table.changed": text("밋업 테이블 변경", "Meeting table changed"),
            "selection_meeting_table.removed": text("밋업 테이블 삭제", "Meeting table removed"),
            "selection_meeting_wish.given": text("만남 희망 제출", "Wishes for meetings given"),
            "selection_meeting_wish.absence_told": text("참석할 수 없는 시간 알림", "Absence told"),
            "selection_timetable.asked": text("시간표 만들기 요청", "Timetable asked for"),
            "selection_timetable.made": text("시간표 작성", "Timetable made"),
            "selection_timetable.dropped": text("시간표 버림", "Timetable dropped"),
            "selection_timetable.changed": text("시간표 변경", "Timetable changed"),
            "selection_timetable.change_repeated": text("시간표 변경 반복", "Timetable changed again as it was"),
            "selection_timetable.exported": text("시간표 내려받기", "Timetable exported"),
            "selection_meeting.made": text("만남 배정", "Meeting placed"),
            "selection_meeting.moved": text("만남 옮김", "Meeting moved"),
            "selection_meeting.ended": text("만남 취소", "Meeting cancelled"),
            "selection_meeting.cancel_repeated": text("만남 취소 반복", "Meeting cancelled again"),
        }
    )
    labels.things(
        {
            "selection.Selection": text("선정", "Selection"),
            "selection.Line": text("선정 대상", "Candidate"),
            "selection.Estimate": text("확실성 추정", "Estimate of sureness"),
            "selection.Remark": text("평가표 알림", "Remark on ballots"),
            "remark": text("평가표 알림", "Remark on ballots"),
            "selection.Place": text("자리", "Place"),
            "selection.Matching": text("매칭", "Matching"),
            "selection.Preference": text("매칭 순위", "Order for the matching"),
            "selection.Match": text("매칭된 짝", "Match"),
            "selection.MeetUp": text("밋업", "Meet-up"),
            "meet_up": text("밋업", "Meet-up"),
            "selection.MeetingTable": text("밋업 테이블", "Meeting table"),
            "selection.MeetingWish": text("만남 희망", "Wishes for meetings"),
            "selection.Meeting": text("만남", "Meeting"),
        }
    )
