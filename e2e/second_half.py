"""The second half of the way in Korean, as every role, through the real pages: from the released selection to a signed
agreement, a model measured again, money released on evidence, the final grade, and the company's decision to adopt."""

from __future__ import annotations

import re
from datetime import timedelta

from playwright.sync_api import expect

from didimdol.funding.models import Disbursement
from didimdol.kernel import clock
from didimdol.ledger.queries import trial_balance
from didimdol.people.enums import Role
from didimdol.people.queries import actor_of
from didimdol.projects.actions.finals import lock_review, save_review
from didimdol.projects.final_computing import rule_of
from didimdol.projects.models import Review
from didimdol.rehearsal.filled import page as pdf
from didimdol.rehearsal.shipped import VOICE
from didimdol.selection.models import Matching, Place
from e2e.first_half import CEO, DEMAND, MEASURED
from e2e.play import Play
from server.tests import worlds

GRANT, OWN = 60_000_000, 10_000_000
DURING, ENDED, LATER = (worlds.kst(f"2025-{day} 10:00") for day in ("09-22", "10-27", "11-24"))  # of the PoC


def second_half(play: Play) -> None:
    """From the released selection to a sale; the first half has been played."""
    clock.move_to(clock.now() + timedelta(days=1))
    the_startup_confirms_its_place(play)
    the_other_startup_declines(play)
    one_manager_matches_and_another_releases(play)

    the_startup_writes_its_plan(play)
    the_manager_approves_the_plan(play)
    the_company_drafts_the_agreement(play)
    the_three_sign_one_of_them_by_a_mailed_link(play)

    clock.move_to(worlds.kst("2025-05-15 10:00"))
    the_startup_gives_its_own_money(play)
    the_startup_hands_in_budget_and_account(play)
    no_evidence_no_money(play)
    clock.move_to(DURING)
    the_model_is_handed_in_and_measured_again(play)
    the_milestone_is_accepted_and_approved(play)
    the_money_is_released_by_two(play)

    clock.move_to(ENDED)
    the_manager_opens_the_final_evaluation(play)
    the_panel_reviews_and_two_release(play)
    the_budget_owner_decides_to_adopt(play)
    clock.move_to(LATER)
    it_ships_and_sells(play)


def place_of(play: Play, name: str) -> Place:
    return Place.objects.within(startup__name__ko=name).get()


# --- the place and the match ----------------------------------------------------------------------------------------


def the_startup_confirms_its_place(play: Play) -> None:
    desk = play.desk(CEO).open("/home/").follow("선정되었습니다. 참여를 확정해 주십시오 · 작은 챌린지")
    desk.sees_heading("소리길").follow("참여 확정").press("참여 확정").is_told("참여를 확정했습니다.")
    desk.sees("확정")
    rival = play.at("rival")
    assert rival.status_of(place_of(play, "소리길").get_absolute_url()) == 404


def the_other_startup_declines(play: Play) -> None:
    desk = play.at("ceo-2").open(place_of(play, "온결오디오").get_absolute_url())
    desk.follow("참여 포기").write({"사유": "다른 과제와 일정이 겹칩니다."}).press("참여 포기")
    desk.is_told("참여를 포기했습니다.")


def one_manager_matches_and_another_releases(play: Play) -> None:
    desk = play.at("manager").open("/selection/matchings/?challenge=onboard").follow("매칭 열기")
    desk.press("매칭 열기").is_told("매칭을 열었습니다.")
    desk.follow("매칭 계산").press("계산").is_told("매칭을 계산했습니다.").sees("소리길", DEMAND)
    desk.sees(re.compile("^매칭 확정")).sees_no_link("매칭 확정")  # nobody releases what they computed
    matching = Matching.objects.within(challenge=play.challenge).get()
    again = play.at("second-manager").open("/home/")
    again.follow("계산된 매칭을 검토하고 확정해 주십시오 · 작은 챌린지").follow("매칭 확정").press("지금 확정")
    again.is_told("매칭을 확정했습니다.")
    assert again.path == matching.get_absolute_url()
    play.at("lead").open("/selection/places/").sees("소리길", DEMAND)
    assert play.at("rival").status_of(matching.get_absolute_url()) == 404


# --- the agreement --------------------------------------------------------------------------------------------------


def the_startup_writes_its_plan(play: Play) -> None:
    desk = play.desk(CEO).open("/home/").follow(f"수정사업계획서를 써 주십시오 · {play.project.number}")
    desk.follow("계획 쓰기").write(
        {"목표": "노트북의 상시 청취 전력을 반으로 줄입니다.", "수행 내용": "모델을 줄이고 장비에서 잽니다."}
    )
    desk.write({"정부지원금(원)": str(GRANT), "자기부담 현금(원)": str(OWN), "자기부담 현물(원)": "0"})
    step = desk.page.get_by_role("group", name="1단계", exact=True)
    desk.write({"이름": "모델 최적화", "기한": "2025-09-30", "지원금(원)": str(GRANT)}, step)
    for criterion in step.get_by_role("checkbox").all():
        criterion.check()
    desk.press("저장").is_told("계획을 저장했습니다.").follow("제출").press("제출").is_told("제출했습니다.")
    for stranger in ("rival", "ceo-2"):
        assert play.at(stranger).status_of(desk.path) == 404


def the_manager_approves_the_plan(play: Play) -> None:
    desk = play.at("manager").open("/home/").follow(f"수정사업계획서를 검토해 주십시오 · {play.project.number}")
    desk.sees("모델 최적화").follow("승인").press("승인").is_told("승인했습니다.")


def the_company_drafts_the_agreement(play: Play) -> None:
    desk = play.at("lead").open(f"{play.project.get_absolute_url()}agreement/").follow("협약서 작성")
    desk.choose("사업부 책임자", "채우람")
    desk.write(
        {
            "성공 기준": "잠든 노트북이 사람의 말소리에만 깨어난다.",
            "협약 시작일": "2025-05-14",
            "협약 종료일": "2025-10-24",
            "도입 결정일": "2025-12-01",
            "지식재산": "창업기업의 기술은 창업기업에, 공동 결과는 함께 소유합니다.",
            "기술자료의 이름과 범위": "소음 표본과 장비 사양서",
            "사용 기간": "협약 기간과 그 뒤 3년",
            "자료를 보유하는 임직원": "소리길 2명, 사업부 3명",
            "비밀유지 의무와 목적 외 사용 금지": "과제 수행에만 씁니다.",
            "위반 시 배상": "위반한 쪽이 손해를 배상합니다.",
            "반환·폐기 시기와 방법": "협약이 끝나고 30일 안에 지웁니다.",
        }
    )
    for criterion in desk.page.get_by_role("group", name="판정 기준").get_by_role("checkbox").all():
        criterion.check()
    desk.press("저장").is_told("협약서를 저장했습니다.")
    operator = play.at("manager").open("/home/")
    operator.follow(f"협약서를 확인하고 서명을 요청해 주십시오 · {play.project.number}").follow("서명 요청")
    operator.press("확정하고 서명 요청").is_told("서명을 요청했습니다.")


def the_three_sign_one_of_them_by_a_mailed_link(play: Play) -> None:
    desk = play.desk(CEO).open("/home/").follow(f"협약서에 서명해 주십시오 · {play.project.number}").follow("서명")
    desk.tick("협약서를 끝까지 읽었고 그 내용에 동의하여 서명합니다.").press("서명").is_told("서명했습니다.")
    operator = play.at("manager").open(f"{play.project.get_absolute_url()}agreement/")
    operator.follow("메일 링크로 서명 받기").press("보내기").is_told("링크를 보냈습니다.")
    play.work("projects.send_signing_link")

    owner = play.desk("the owner at a phone", phone=True)
    owner.open(f"/notices/mail/?to={play.cast['owner'].email}")
    owner.page.locator("main article").first.locator("a[href*='/projects/sign/']").first.click()
    link = owner.path
    owner.sees("잠든 노트북이 사람의 말소리에만 깨어난다.").write({"직위": "부장"}).press("서명합니다")
    owner.sees_heading("서명이 끝났습니다").open(link).sees_heading("서명이 끝났습니다")  # it works once

    operator.open("/home/").follow(f"협약서에 서명해 주십시오 · {play.project.number}").follow("서명")
    operator.tick("협약서를 끝까지 읽었고 그 내용에 동의하여 서명합니다.").press("서명").is_told("서명했습니다.")
    operator.open(f"{play.project.get_absolute_url()}agreement/").sees("채우람")
    signed = operator.download("협약서 PDF", play.folder)
    assert signed.read_bytes().startswith(b"%PDF")
    assert play.project.state == "active"


# --- the work -------------------------------------------------------------------------------------------------------


def the_startup_gives_its_own_money(play: Play) -> None:
    receipt = play.folder / "입금증.pdf"
    receipt.write_bytes(pdf("입금증"))
    desk = play.desk(CEO).open(f"{play.project.get_absolute_url()}contributions/").follow("자기부담금 등록")
    desk.choose("종류", "현금").write({"금액(원)": str(OWN)}).attach("증빙", receipt).press("등록")
    operator = play.at("manager").open(desk.path).follow("확인").press("확인").is_told("확인했습니다.")
    operator.sees("확인")


def the_model_is_handed_in_and_measured_again(play: Play) -> None:
    desk = play.desk(CEO).open("/home/").follow(f"단계 결과물을 제출해 주십시오 · {play.project.number} 1")
    desk.sees("아직 제출한 모델이 없습니다. 모델을 제출하십시오.").sees_no_link("단계 제출")
    desk.follow("모델 제출").attach("모델 파일", VOICE.path).press("제출하고 측정")
    desk.sees_heading("모델 최적화")
    gate = desk.part("관문")
    expect(gate.get_by_text("표본", exact=True)).to_be_visible(timeout=MEASURED)
    desk.open(desk.path).sees("제출한 모델이 모든 기준을 충족했습니다(원시 표본에서 다시 계산).")


def the_milestone_is_accepted_and_approved(play: Play) -> None:
    desk = play.desk(CEO).follow("제출").press("제출").is_told("단계를 제출했습니다.")
    company = (
        play.at("lead")
        .open("/home/")
        .follow(f"결과물과 측정 결과를 확인하고 인수해 주십시오 · {play.project.number} 1")
    )
    company.follow("인수").press("인수").is_told("단계를 인수했습니다.")
    operator = play.at("manager").open("/home/").follow(f"인수된 단계를 승인해 주십시오 · {play.project.number} 1")
    operator.follow("승인").press("승인").is_told("단계를 승인했습니다.")
    desk.open(desk.path).sees("지급 조건 충족")
    assert play.at("rival").status_of(desk.path) == 404


# --- the money ------------------------------------------------------------------------------------------------------


def no_evidence_no_money(play: Play) -> None:
    """The address of the request, typed in before the gate is open."""
    milestone = play.project.milestones.get()
    desk = play.desk(CEO).open(f"/funding/{play.project.pk}/").sees_no_link("지원금 요청")
    desk.sees(re.compile("가지가 더 필요합니다"))
    assert desk.status_of(f"/funding/milestones/{milestone.pk}/request/") == 403
    assert not Disbursement.objects.within(project=play.project).exists()


def the_startup_hands_in_budget_and_account(play: Play) -> None:
    desk = play.desk(CEO).open(f"/funding/{play.project.pk}/").follow("예산 작성")
    desk.page.locator("input[name=government_personnel]").fill(str(GRANT))
    desk.page.locator("input[name=own_cash_personnel]").fill(str(OWN))
    desk.press("저장하고 확인").sees("합계와 비율이 원 단위까지 맞습니다.").follow("제출").press("제출")
    desk.is_told("예산을 제출했습니다.")
    desk.open(f"/funding/{play.project.pk}/").follow("계좌 등록")
    desk.write({"은행": "한강은행", "계좌번호": "110-222-333444", "예금주": "소리길"}).press("등록")
    desk.is_told("지급 계좌를 등록했습니다.").sees_nothing_of("333444")

    operator = play.at("manager").open("/home/").follow(f"예산을 검토해 주십시오 · {play.project.number}")
    operator.follow("승인").press("승인").is_told("예산을 승인했습니다.")
    operator.follow("계좌 확인").press("통장 사본과 같습니다").is_told("지급 계좌를 확인했습니다.")


def the_money_is_released_by_two(play: Play) -> None:
    where = f"{play.project.number} 1"
    desk = play.desk(CEO).open(f"/funding/{play.project.pk}/").follow("지원금 요청").press("요청")
    desk.is_told("지원금을 요청했습니다.")
    operator = play.at("manager").open("/home/").follow(f"지급 요청을 검토하고 승인해 주십시오 · {where}")
    operator.follow("지급 승인").press("승인").is_told("지급을 승인했습니다.").sees_no_link("지급 실행")
    again = play.at("second-manager").open("/home/")
    again.follow(f"승인된 지급을 실행해 주십시오(승인한 사람은 할 수 없습니다) · {where}").follow("지급 실행")
    again.sees("110222333444").write({"은행 이체 번호": "2025-0520-001"}).press("지급 완료로 기록")
    again.is_told("지급을 기록했습니다.")
    desk.open(f"/funding/{play.project.pk}/").follow("내역서").choose("형식", "PDF").write({"사유": "회계 보고"})
    assert desk.download_by("내려받기", play.folder).read_bytes().startswith(b"%PDF")
    books = trial_balance(play.challenge.pk)
    assert sum(line.debit for line in books) == sum(line.credit for line in books) > 0
    assert play.at("rival").status_of(f"/funding/{play.project.pk}/") == 404


# --- the end of the PoC ---------------------------------------------------------------------------------------------


def the_manager_opens_the_final_evaluation(play: Play) -> None:
    play.cast["expert-4"] = worlds.person("도슬아")  # one of the first three has a conflict with this startup
    worlds.give(play.cast["expert-4"], play.homes["institute"], Role.EXPERT, play.challenge)
    desk = play.at("manager").open("/projects/finals/").follow("평가 열기 · 작은 챌린지")
    desk.write({"평가 마감": "2025-10-31T18:00"})
    for name in ("강다솜", "문차오름", "도슬아"):
        desk.page.get_by_role("checkbox", name=name).check()
    desk.page.get_by_role("checkbox", name="오나래").check()  # who accepted the milestone
    desk.press("평가 시작").sees(re.compile("자신이 인수하거나|인수"))
    desk.page.get_by_role("checkbox", name="오나래").uncheck()
    desk.page.get_by_role("checkbox", name="하마루").check()
    desk.press("평가 시작").is_told("평가를 시작했습니다.")


def the_panel_reviews_and_two_release(play: Play) -> None:
    desk = play.at("judge").open("/home/").follow(f"과제를 평가해 주십시오 · {play.project.number}")
    desk.sees("모델 최적화", "제출한 모델이 모든 기준을 충족했습니다(원시 표본에서 다시 계산).")
    desk.write({"수요 적합성 (0–40)": "38", "실증 성능 (0–40)": "39", "적용 가능성 (0–20)": "18"})
    desk.write({"의견": "바로 실을 수 있습니다."}).press("확인하고 제출").press("제출").is_told(
        "평가표를 제출했습니다."
    )
    for review in Review.objects.within(final__challenge=play.challenge, state="draft").select_related("person"):
        scores = {c.key: str(c.max_points - 2) for c in rule_of(review.final).body(review.body).criteria}
        actor = actor_of(review.person)
        save_review(actor=actor, review=review, scores=scores, comment="목표를 이루었습니다.")
        lock_review(actor=actor, review=review)
    operator = play.at("manager").open("/projects/finals/").follow("작은 챌린지")
    operator.follow("집계").press("집계").is_told("집계했습니다.").sees_no_link("결과 공개")
    again = play.at("second-manager").open(operator.path).follow("결과 공개").press("공개")
    again.is_told("결과를 공개했습니다.")
    play.desk(CEO).open(play.project.get_absolute_url()).sees("최우수")
    operator.open("/home/").follow(f"과제를 마무리해 주십시오 · {play.project.number}").follow("과제 마무리")
    operator.press("완료").is_told("과제를 완료했습니다.")


# --- what becomes of it ---------------------------------------------------------------------------------------------


def the_budget_owner_decides_to_adopt(play: Play) -> None:
    desk = play.at("owner").open("/home/").follow(f"도입 여부를 결정해 주십시오 · {play.project.number}")
    desk.follow("도입 결정").choose("도입 형태", "제품 탑재")
    desk.write({"설명": "내년 노트북 전 기종에 싣습니다."}).press("도입하기로 결정").is_told("결정을 기록했습니다.")
    play.desk(CEO).open(desk.path).sees("도입 결정", "제품 탑재")
    assert play.at("rival").status_of(desk.path) == 404


def it_ships_and_sells(play: Play) -> None:
    contract = play.folder / "납품 계약서.pdf"
    contract.write_bytes(pdf("계약"))
    desk = play.at("lead").open("/home/").follow(f"계약을 맺으면 계약서를 올려 주십시오 · {play.project.number}")
    case = desk.path
    desk.follow("계약 기록").attach("증빙 파일", contract).press("기록").is_told("기록했습니다.")
    desk.follow("출시 기록").attach("증빙 파일", contract).press("기록").is_told("기록했습니다.")

    seller = play.desk(CEO).open(case).follow("매출 적기")
    seller.write({"금액": "12,000.50", "매출일": "2025-11-20", "고객": "리버전자 미국법인"})
    seller.choose("통화", "미국 달러 (USD)").attach("증빙 파일", contract).press("적기").is_told("매출을 적었습니다.")
    desk.open(case).follow("확인 리버전자 미국법인").press("증빙을 보았고 확인합니다").is_told("매출을 확인했습니다.")
    desk.open(case).follow("매출 확인").press("확인").is_told("기록했습니다.").sees(
        "매출 확인", re.compile("12,000.50")
    )
    play.desk("passer-by").open("/outcomes/statistics/").sees_nothing_of("소리길")
