"""The people and companies of a rehearsal: all invented, the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as later
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from didimdol.evaluation.expertise import Expertise
from didimdol.programmes.rulebook import Rulebook

if TYPE_CHECKING:
    from didimdol.applications.models import Application
    from didimdol.people.models import Organisation, Person


def _words(listed: str) -> tuple[str, ...]:
    return tuple(listed.split())


SURNAMES = _words(
    "강 고 공 구 권 길 나 남 노 도 류 마 맹 문 민 반 방 배 백 봉 서 석 설 성 소 송 신 심 안 양 여 오 옥 우 유 윤 은 "
    "임 장 전 정 조 주 지 진 차 채 천 최 추 탁 편 표 하 한 허 현 홍 황 "
)
GIVEN = _words(
    "가람 가온 겨레 고운 그루 나래 나루 노을 누리 다솜 다온 단비 달래 도담 두리 라온 마루 모아 미르 바다 바름 "
    "벼리 보람 봄 빛나 새론 새벽 소담 솔 슬기 아라 아람 여울 예슬 우람 은별 이든 이슬 잔디 조은 찬솔 초롱 큰솔 "
    "푸름 하늘 하람 한결 한별 해솔 힘찬 "
)
FIRST = _words(
    "가온 고을 구름 그린내 나린 너울 누비 늘품 다올 달보드레 도래 두메 마중 매듭 모들 미리내 바람꽃 벗나래 보늬 "
    "비나리 빛가람 사부작 새라 서리 소슬 시나브로 아띠 아우름 안다미로 애오라지 어울 여우별 온새 이든 잔물 "
    "주전부리 차오름 타니 푸르미 하제 한울 해찬 혜윰 흐노니 "
)
SECOND = _words("결 길 내 눈 늘 다리 마루 머리 모루 물결 바탕 벗 빛 샘 소리 손 숲 씨알 울림 이음 자리 짓기 터 틀 품 ")
TOPICS = (
    "소음 속에서도 또렷한 음성 구간 검출",
    "기기 안에서 끝나는 파일 형식 판별",
    "저전력으로 늘 깨어 있는 이상음 감지",
    "카메라 없이 사람을 알아차리는 재실 감지",
    "메모리를 나누어 쓰는 경량 추론",
    "설치 환경에 스스로 맞추는 신호 보정",
)
#: what the invented evaluators know: by subject as applicants write about it, and about business and quality
EXPERTISE = (
    Expertise(("음성 구간 검출", "소음 제거", "음향 신호"), "소음이 큰 곳에서 말소리를 찾는 방법을 연구합니다."),
    Expertise(("파일 형식 판별", "정보 보안", "악성 파일"), "기기 안의 보안 소프트웨어를 만들어 왔습니다."),
    Expertise(("이상음 감지", "예지 보전", "anomaly detection"), "설비의 소리로 고장을 미리 아는 일을 합니다."),
    Expertise(("재실 감지", "레이더 센서", "사물인터넷"), "카메라 없이 사람을 알아차리는 센서를 설계합니다."),
    Expertise(("경량 추론", "모델 경량화", "NPU"), "메모리가 작은 기기에서 도는 모델을 만듭니다."),
    Expertise(("신호 보정", "센서 융합", "설치 환경"), "현장에 맞추어 센서의 신호를 바로잡아 왔습니다."),
    Expertise(("저전력 설계", "임베디드 시스템", "on-device AI"), "늘 켜져 있는 기기의 전력을 줄여 왔습니다."),
    Expertise(("기술 사업화", "시장 분석", "투자"), "초기 기업의 사업 계획을 검토해 왔습니다."),
    Expertise(("품질 관리", "양산 검증", "신뢰성 시험"), "가전 제품의 양산 품질을 맡아 왔습니다."),
)
MODELS = ("VOICE", "VOICE_HALF", "VOICE_BIG", "FILE_TYPE")


@dataclass
class Applicant:
    """An invented startup. ``leaves``: "" (stays), "draft" (never submits), "withdraws" (after the call has closed).
    ``quality``: percent around which its ballots fall."""

    key: str
    name: str
    ceo: str
    founded: date
    serial: str
    field: str
    model: str
    title: str
    idea: str
    asks: int
    quality: float
    leaves: str = ""
    organisation: Organisation = later(init=False)
    person: Person = later(init=False)
    application: Application = later(init=False)


def names(random: Random, count: int) -> list[str]:
    """Different invented persons."""
    every = [f"{surname}{given}" for surname in SURNAMES for given in GIVEN]
    return random.sample(every, count)


def company_names(random: Random, count: int) -> list[str]:
    every = [f"{first}{second}" for first in FIRST for second in SECOND]
    return random.sample(every, count)


def applicants(seed: int, book: Rulebook, count: int, first: int = 1001) -> list[Applicant]:
    """``count`` startups that submit, and beside them the few who begin and give up. ``first``: serial of the first.
    Source of the shares: ours."""
    random = Random(f"{seed}:applicants")  # noqa: S311  (play-acting, not a secret)
    drafts = max(1, count // 25)
    total = count + drafts
    weights = [entry.quota or 1 for entry in book.fields]
    fields = [entry.key for entry in book.fields] * min(3, count // len(book.fields))
    fields += random.choices([entry.key for entry in book.fields], weights=weights, k=total - len(fields))
    random.shuffle(fields)
    opens = date.fromisoformat(book.calendar.opens[:10])
    made = []
    for place, (name, ceo) in enumerate(zip(company_names(random, total), names(random, total), strict=True)):
        topic = random.choice(TOPICS)
        made.append(
            Applicant(
                key=f"s{place + 1:03d}",
                name=name,
                ceo=ceo,
                founded=opens - timedelta(days=random.randint(200, 365 * book.eligibility.max_age_years - 30)),
                serial=f"{place + first:04d}",
                field=fields[place],
                model=MODELS[place % len(MODELS)],
                title=f"{topic} ({name})"[:80],
                idea=f"{topic}. {name}의 모델은 목표 기기에서 되풀이하여 재 본 결과를 바탕으로 설계하였습니다.",
                asks=_asked(random, book),
                quality=min(96.0, max(48.0, random.gauss(77, 8))),
                leaves="draft" if place >= count else "",
            )
        )
    for gone in random.sample(made[:count], count // 50):
        gone.leaves = "withdraws"
    return made


def _asked(random: Random, book: Rulebook) -> int:
    """Between half of the cap and all of it, in whole millions where the cap allows."""
    share = Decimal(random.randint(50, 100)) / 100
    step = 1_000_000 if book.grant.cap >= 10_000_000 else 1
    return max(step, int(book.grant.cap * share) // step * step)
