"""The first half of the way in Korean, as every role, through the real pages, with a real model that is really measured:
from a company's demand to a released selection. A scene is a function; ``first_half(play)`` plays them in their order."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from didimdol.applications import actions as applications
from didimdol.applications.models import Application
from didimdol.design.templatetags.didimdol import VERDICT_WORDS
from didimdol.evaluation.models import Ballot
from didimdol.kernel import clock
from didimdol.kernel.actor import SYSTEM
from didimdol.people import actions as people
from didimdol.people.enums import OrganisationKind, Role
from didimdol.people.queries import actor_of
from didimdol.programmes.models import Challenge
from didimdol.rehearsal.filled import page as pdf
from didimdol.rehearsal.shipped import VOICE, VOICE_HALF, ShippedModel
from e2e.desk import evidence
from e2e.play import Play
from e2e.scene import LABELS, fill_application, register_startup, rulebook
from e2e.sealed import CheckersMachine
from server.tests import worlds

CRITERIA = {"추론 지연 시간 p90": "200", "최대 메모리": "800", "모델 크기": "2"}
VERDICTS = {words["ko"] for verdict, words in VERDICT_WORDS.items() if verdict != "pending"}
MEASURED = 180_000  # ms; the measurement really runs, on whatever else this machine does
CEO = "서리나"  # a newcomer who signs up, and stays signed in
#: with two experts a panel they leave one way only to assign
CONFLICTS = {("expert", "온결오디오"), ("expert-3", "소리길")}
DEMAND, IDEA = "상시 청취용 음성 구간 검출", "초경량 음성 검출로 대기전력을 줄이는 AI"


def first_half(play: Play) -> tuple[Path, Path]:
    """Played to its end; the sealed record and the published keys."""
    clock.move_to(worlds.BEFORE)
    the_operator_sets_up(play)
    the_manager_loads_the_rules(play)
    the_verifier_registers_a_device(play)
    the_company_writes_a_demand(play)
    the_manager_approves_and_announces(play)

    clock.move_to(worlds.OPEN)
    a_visitor_reads_the_notice_and_signs_up(play)
    the_startup_registers_and_fills_in_its_application(play)
    the_model_is_tried_on_the_device(play)
    the_startup_submits_and_gets_its_receipt(play)
    another_startup_applies(play)
    both_models_are_measured(play)

    a_third_startup_is_about_to_submit(play)

    clock.move_to(worlds.CLOSED)  # a minute after the deadline
    nobody_submits_late(play)
    the_coordinator_opens_the_evaluation(play)
    the_evaluators_declare_their_conflicts(play)
    the_coordinator_assigns(play)
    an_expert_scores_with_the_evidence_at_hand(play)
    the_company_scores(play)
    the_rest_score_and_the_round_closes(play)

    the_coordinator_computes_and_may_not_decide(play)
    the_manager_decides_and_releases(play)
    the_startup_sees_its_result(play)
    return the_public_reads_the_result_and_the_auditor_takes_the_record(play)


# --- before the call -----------------------------------------------------------------------------------------------


def the_operator_sets_up(play: Play) -> None:
    agency = people.create_organisation(
        actor=SYSTEM, kind=OrganisationKind.OPERATOR, name={"ko": "디딤돌진흥원", "en": "Stone Agency"}
    )
    institute = people.create_organisation(
        actor=SYSTEM, kind=OrganisationKind.EXPERT_BODY, name={"ko": "한빛대학교", "en": "Hanbit University"}
    )
    play.homes |= {"agency": agency, "institute": institute}
    for who, name, role in (
        ("manager", "정가람", Role.MANAGER),
        ("second-manager", "나도담", Role.MANAGER),  # nobody releases what they computed
        ("coordinator", "윤슬기", Role.COORDINATOR),
        ("verifier", "백두리", Role.VERIFIER),
        ("auditor", "남보라", Role.AUDITOR),
    ):
        play.cast[who] = worlds.person(name)
        worlds.give(play.cast[who], agency, role)


def the_manager_loads_the_rules(play: Play) -> None:
    wrong, right = play.folder / "wrong.yaml", play.folder / "onboard.yaml"
    right.write_text(rulebook(), encoding="utf-8")
    wrong.write_text(rulebook().replace("quota: 1", "quotta: 1"), encoding="utf-8")
    desk = play.at("manager").open("/challenges/load/")
    desk.attach("규칙집(YAML)", wrong).press("올리기").sees(re.compile("quotta"))
    assert not Challenge.objects.unscoped(why="nothing half done").exists()
    desk.attach("규칙집(YAML)", right).tick("예시 챌린지로 표시").press("올리기")
    desk.is_told("규칙집을 올렸습니다.").sees("리버전자", "힐로봇")

    parties = {p.key: p.organisation for p in play.challenge.parties.select_related("organisation")}
    play.homes |= {"river": parties["river"], "hill": parties["hill"]}
    for who, name, home, role in (
        ("lead", "오나래", "river", Role.DEMAND_LEAD),
        ("owner", "채우람", "river", Role.BUDGET_OWNER),
        ("judge", "하마루", "river", Role.DEMAND_EVALUATOR),
        ("rival", "여울빛", "hill", Role.DEMAND_LEAD),
        ("expert", "강다솜", "institute", Role.EXPERT),
        ("expert-2", "문차오름", "institute", Role.EXPERT),
        ("expert-3", "노을지", "institute", Role.EXPERT),
    ):
        play.cast[who] = worlds.person(name)
        worlds.give(play.cast[who], play.homes[home], role, play.challenge)


def the_verifier_registers_a_device(play: Play) -> None:
    desk = play.at("verifier").open("/verification/devices/new/")
    desk.write({"장비 이름": "측정기 1호", "장비 표지": "\n".join(LABELS)}).press("등록하고 토큰 받기")
    token = desk.page.locator("#device-token").inner_text().strip()
    play.agent(token)
    desk.open("/verification/devices/").sees("측정기 1호")


def the_company_writes_a_demand(play: Play) -> None:
    desk = play.at("lead").open("/challenges/onboard/").follow("수요 내기")
    desk.choose("분야", "노트북")
    desk.write(
        {
            "수요 이름": DEMAND,
            "해결할 문제": "노트북이 잠든 동안에도 사람의 말소리를 놓치지 않아야 합니다.",
            "장비 이름": "CPU 기준 장비",
            "장비 라벨": " ".join(LABELS),
            "지식재산·비밀유지 조건": "개발한 모델의 권리는 창업기업에 있습니다.",
            "도입 결정일": "2026-03-31",
        }
    )
    desk.choose("사업부 책임자", "채우람")
    for number, (name, limit) in enumerate(CRITERIA.items(), start=1):
        row = desk.page.get_by_role("group", name=f"기준 {number}")
        unit = {"모델 크기": "MB", "최대 메모리": "MB"}.get(name, "ms")
        desk.choose("무엇을", f"{name} ({unit} 이하)", row).write({"한계값": limit}, row)
    desk.press("저장").is_told("수요를 저장했습니다.").sees("≤ 200 ms", "≤ 2 MB")
    address = desk.path
    rival = play.at("rival")
    assert rival.status_of(address) == 404  # a draft is its company's own affair
    desk.follow("제안").press("제안").is_told("수요를 제안했습니다.")


def the_manager_approves_and_announces(play: Play) -> None:
    desk = play.at("manager").open("/home/")
    desk.follow(f"수요 승인: {DEMAND}").follow("승인·공개").press("승인·공개").is_told("수요를 공개했습니다.")
    desk.open("/challenges/onboard/manage/").follow("공고").press("공고").is_told("챌린지를 공고했습니다.")


# --- the call ------------------------------------------------------------------------------------------------------


def a_visitor_reads_the_notice_and_signs_up(play: Play) -> None:
    visitor = play.desk(CEO)
    visitor.open("/").follow("작은 챌린지").sees("노트북", DEMAND)
    visitor.open("/account/signup/").write(
        {
            "이름": CEO,
            "전자우편 주소": "rina@startup.example",
            "비밀번호": "stepping-stone-7",
            "비밀번호 확인": "stepping-stone-7",
        }
    )
    visitor.press("가입하기").sees_heading("메일을 확인해 주십시오")
    visitor.open("/notices/mail/?to=rina@startup.example")
    visitor.page.locator("main article").first.get_by_role("link", name=re.compile("confirm-email")).first.click()
    visitor.press("확인")
    visitor.page.wait_for_url("**/home/")


def the_startup_registers_and_fills_in_its_application(play: Play) -> None:
    desk = play.desk(CEO)  # signed in by confirming the address
    desk.follow("창업기업 등록").write(
        {"기업 이름": "소리길", "사업자등록번호": worlds.business_number(7), "설립일": "2021-04-13"}
    )
    desk.press("저장")
    desk.open("/applications/").follow("신청").press("신청서 작성 시작").sees_heading("분야")
    desk.field("노트북 · 리버전자").check()
    desk.press("분야 저장").is_told("저장했습니다.")

    claim = desk.page.locator("article", has_text=DEMAND)
    desk.write({"추론 지연 시간 p90 (ms)": "1", "최대 메모리 (MB)": "120", "모델 크기 (MB)": "1.3"}, claim).press(
        "이 수요를 충족한다고 신청", claim
    )
    desk.is_told("수요 신청과 자체 수치를 저장했습니다.").follow("다음 단계")

    desk.sees_heading("자가진단").sees("요건 충족")
    desk.page.get_by_role("group", name="국세나 지방세를 체납하고 있습니까?").get_by_label("아니요").check()
    desk.press("저장하고 다음").sees_heading("신청서")

    desk.field("과제명").fill(IDEA)
    expect(desk.page.locator("[data-save-status]")).to_contain_text("저장됨")  # by itself
    desk.write(
        {"사업 계획": "32밀리초마다 말소리만 판별하여 보조 코어에서 상시 동작합니다.", "대표자 약력": "음성 연구 10년"}
    )
    desk.write({"희망 단가": "대당 200원"}).press("저장하고 다음").sees_heading("서류·모델")

    deck = play.folder / "소리길 소개.pdf"
    deck.write_bytes(pdf("소개"))
    slides = desk.page.locator("#document-deck")
    desk.attach("파일 고르기", deck, slides).press("올리기 소개 자료", slides).is_told("서류를 올렸습니다.")

    model, part = play.folder / VOICE.name, desk.part("모델")
    shutil.copy(VOICE.path, model)
    desk.attach("모델 파일", model, part).write({"입력의 크기": inputs(VOICE)}, part).press("모델 올리기", part)
    desk.is_told("모델을 올렸습니다.").sees(VOICE.name)


def the_model_is_tried_on_the_device(play: Play) -> None:
    desk, trial = play.desk(CEO), play.desk(CEO).part("시험 측정")
    desk.press("시험 측정 맡기기", trial).is_told("시험 측정을 맡겼습니다.")
    expect(trial.locator("[hx-get]").or_(trial.locator("svg.histogram")).first).to_be_visible()  # on its way, or done
    expect(trial.get_by_text("표본", exact=True)).to_be_visible(timeout=MEASURED)  # the page brought it by itself
    verdicts = evidence(desk, trial)
    assert set(verdicts) == set(CRITERIA)
    assert set(verdicts.values()) <= VERDICTS
    assert verdicts["모델 크기"] == "충족"
    desk.follow("다음: 확인·제출")


def the_startup_submits_and_gets_its_receipt(play: Play) -> None:
    desk = play.desk(CEO).sees_heading("확인·제출").sees("빠진 항목")
    desk.press("제출")
    expect(desk.page.locator("input:invalid")).to_have_accessible_name(re.compile("^모델 측정 동의"))  # stays here
    desk.tick("모델 측정 동의")
    desk.page.get_by_role("button", name="제출", exact=True).dblclick()  # one receipt
    desk.is_told("접수되었습니다.").sees_heading("접수증")
    number = desk.page.locator("#receipt-h").inner_text()
    receipt = desk.download("서명된 접수증 (JSON)", play.folder)
    assert number in receipt.read_text()
    assert Application.objects.within(challenge=play.challenge, state="submitted").count() == 1


def another_startup_applies(play: Play) -> None:
    apply_by_action(play, "ceo-2", "온결오디오", 8, VOICE_HALF)
    applications.submit_application(actor=actor_of(play.cast["ceo-2"]), application=play.application("온결오디오"))


def both_models_are_measured(play: Play) -> None:
    for who, name in ((CEO, "소리길"), ("ceo-2", "온결오디오")):
        desk = play.desk(CEO) if who == CEO else play.at(who)
        desk.open(play.application(name).get_absolute_url())
        result = desk.part("신청 수치와 측정 근거")
        expect(result.get_by_text("표본", exact=True)).to_be_visible(timeout=MEASURED)
        verdicts = evidence(desk, result)
        assert set(verdicts) == set(CRITERIA)
        assert set(verdicts.values()) <= VERDICTS
        assert verdicts["모델 크기"] == "충족"
    play.at("verifier").open("/verification/devices/?state=done").sees(VOICE.name, VOICE_HALF.name)


def a_third_startup_is_about_to_submit(play: Play) -> None:
    apply_by_action(play, "ceo-3", "늦은기업", 9, VOICE_HALF)
    desk = (
        play.at("ceo-3").open(f"/applications/{play.application('늦은기업').pk}/check/").sees("빠진 항목이 없습니다.")
    )
    expect(desk.page.get_by_role("button", name="제출", exact=True)).to_be_enabled()


def nobody_submits_late(play: Play) -> None:
    desk = play.at("ceo-3").press("제출")  # the button was on the screen when the call closed
    desk.sees(re.compile("마감"))
    assert play.application("늦은기업").state == "draft"
    desk.open(f"/applications/{play.application('늦은기업').pk}/check/")
    expect(desk.page.get_by_role("button", name="제출", exact=True)).to_have_count(0)


# --- the evaluation ------------------------------------------------------------------------------------------------


def the_coordinator_opens_the_evaluation(play: Play) -> None:
    desk = play.at("coordinator").open("/evaluation/").follow("평가 열기")
    desk.press("평가 열기").is_told("평가를 열었습니다.")
    for body, name in (
        ("전문가", "강다솜 · 한빛대학교"),
        ("전문가", "문차오름 · 한빛대학교"),
        ("전문가", "노을지 · 한빛대학교"),
        ("수요기업", "하마루 · 리버전자"),
    ):
        desk.follow("위원 위촉").choose("평가 주체", body).choose("평가위원", name).press("위촉")
        desk.is_told("위원을 위촉했습니다.")
    desk.follow("이해충돌 신고 시작").press("신고 시작").is_told("위원에게 신고를 요청했습니다.")


def the_evaluators_declare_their_conflicts(play: Play) -> None:
    paper = f"/applications/{play.application('소리길').pk}/"
    for who in ("expert", "expert-2", "expert-3", "judge"):
        desk = play.at(who)
        assert desk.status_of(paper) == 404  # nothing opens before the declaration
        desk.open("/home/").follow("이해충돌 여부를 신고해 주십시오").sees_nothing_of(IDEA)
        for name in ("소리길", "온결오디오"):
            conflicted = (who, name) in CONFLICTS
            company = desk.page.get_by_role("region", name=name)
            company.get_by_label("이해충돌 있음" if conflicted else "이해충돌 없음").check()
            if conflicted:
                desk.field(f"{name} · 사유", company).select_option(index=1)
        desk.press("신고").is_told("이해충돌 신고를 마쳤습니다.")


def the_coordinator_assigns(play: Play) -> None:
    desk = play.at("coordinator").open(play.round.get_absolute_url()).sees("온결오디오")
    desk.follow("신청 배정").press("배정하고 평가 시작").is_told("신청을 배정했습니다.")
    assert not Ballot.objects.within(seat__person=play.cast["expert"], application=play.application("온결오디오"))
    assert Ballot.objects.within(seat__round=play.round).count() == 6


def an_expert_scores_with_the_evidence_at_hand(play: Play) -> None:
    desk = play.at("expert")
    assert desk.status_of(f"/applications/{play.application('온결오디오').pk}/") == 404
    desk.open(play.ballot("expert", "소리길").get_absolute_url()).sees_heading(IDEA)
    beside = desk.part("신청 기업의 수치와 측정한 근거")
    verdicts = evidence(desk, beside)
    assert set(verdicts) == set(CRITERIA)
    assert verdicts["모델 크기"] == "충족"
    opened = desk.download("소개 자료", play.folder)
    assert opened.read_bytes() == pdf("소개")

    technology = desk.page.get_by_role("group", name=re.compile("^기술성"))
    growth = desk.page.get_by_role("group", name=re.compile("^성장성"))
    desk.write({"점수 (0–60)": "61", "의견": "측정 결과가 주장과 같습니다."}, technology)
    desk.write({"점수 (0–40)": "30"}, growth)
    expect(technology.get_by_role("alert")).to_contain_text("배점 60점")
    desk.write({"점수 (0–60)": "55"}, technology)
    expect(technology.get_by_role("alert")).to_be_hidden()
    expect(desk.page.locator("[data-total]")).to_have_text("85")
    desk.press("확인하고 제출").sees("85").press("제출").is_told("평가표를 제출했습니다.")


def the_company_scores(play: Play) -> None:
    for name, points in (("소리길", "90"), ("온결오디오", "80")):
        desk = play.at("judge").open(play.ballot("judge", name).get_absolute_url())
        desk.write({"점수 (0–100)": points, "의견": "제품에 바로 실을 수 있습니다."})
        desk.press("확인하고 제출").press("제출").is_told("평가표를 제출했습니다.")


def the_rest_score_and_the_round_closes(play: Play) -> None:
    for ballot in Ballot.objects.within(seat__round=play.round, state="draft"):
        first = ballot.application.startup.name["ko"] == "소리길"
        worlds.lock(ballot, lambda application, seat, criterion, f=first: int(criterion.max_points) - (5 if f else 10))
    desk = play.at("coordinator").open(play.round.get_absolute_url()).sees("6 / 6")
    desk.follow("평가 마감").press("마감").is_told("평가를 마감했습니다.")


# --- the selection -------------------------------------------------------------------------------------------------


def the_coordinator_computes_and_may_not_decide(play: Play) -> None:
    desk = play.at("coordinator").open("/selection/").follow("작은 챌린지")
    desk.press("계산").is_told("순위를 계산했습니다.").sees("소리길", "온결오디오")
    expect(desk.page.get_by_role("link", name="의결", exact=True)).to_have_count(0)


def the_manager_decides_and_releases(play: Play) -> None:
    early = play.desk(CEO).open(play.application("소리길").get_absolute_url())
    early.sees("평가 중").sees_nothing_of("선정됨")
    desk = play.at("manager").open("/selection/").follow("작은 챌린지")
    desk.follow("의결").press("의결").is_told("의결했습니다.")
    desk.follow("결과 공개").sees("되돌릴 수 없습니다.").press("지금 공개").is_told("결과를 공개했습니다.")


def the_startup_sees_its_result(play: Play) -> None:
    desk = play.desk(CEO).open("/selection/")
    desk.follow(play.application("소리길").number).sees(re.compile("^선정"), "스스로 확인하기")
    desk.sees_nothing_of("온결오디오")


def the_public_reads_the_result_and_the_auditor_takes_the_record(play: Play) -> tuple[Path, Path]:
    play.desk("passer-by").open("/selection/results/onboard/").sees("소리길", "추첨 씨앗(지금 공개)")
    desk = play.at("auditor").open("/selection/").follow("작은 챌린지")
    record = desk.download("전체 기록", play.folder)
    keys = play.folder / "KEYS.json"
    keys.write_bytes(desk.page.request.get("/.well-known/didimdol-keys.json").body())
    return record, keys


def anyone_recomputes_it_with_the_checker_alone(play: Play, record: Path, keys: Path) -> None:
    machine = CheckersMachine(play.folder / "checker")
    assert not any(machine.knows(module) for module in ("django", "didimdol", "psycopg", "didimdol_lab"))
    genuine = machine.recompute(record, keys)
    assert genuine.returncode == 0, genuine.stdout + genuine.stderr
    told = json.loads(record.read_text())
    assert change_one_figure(told)
    forged = play.folder / "forged.json"
    forged.write_text(json.dumps(told, ensure_ascii=False))
    assert machine.recompute(forged, keys).returncode == 1


# --- means ---------------------------------------------------------------------------------------------------------


def inputs(model: ShippedModel) -> str:
    return "\n".join(
        f"{name}: {'x'.join(map(str, spec['shape'])) or 'scalar'} {spec['fill']}" for name, spec in model.inputs.items()
    )


def apply_by_action(play: Play, who: str, name: str, seed: int, model: ShippedModel) -> Application:
    """Everything short of the submission."""
    play.cast[who] = worlds.person(f"{name} 대표")
    startup = register_startup(play.cast[who], name, seed)
    return fill_application(play.cast[who], startup, play.challenge.demands.get(), model)


def change_one_figure(document: Any) -> bool:
    """Take one point from the first ballot's first criterion."""
    if isinstance(document, dict):
        points = document.get("points")
        if isinstance(points, dict) and points:
            key = next(iter(points))
            points[key] = str(int(float(points[key])) - 1)
            return True
        return any(change_one_figure(value) for value in document.values())
    return isinstance(document, list) and any(change_one_figure(value) for value in document)
