"""The people and companies of the demo. All persons and startups are invented; rows of real companies carry the example mark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from didimdol.evaluation.expertise import Expertise
from didimdol.kernel.actor import SYSTEM, Actor
from didimdol.kernel.words import Text, text
from didimdol.people import actions, queries
from didimdol.people.enums import OrganisationKind, Role
from didimdol.people.models import Organisation, Person

PASSWORD = "stepping-stone-7"  # noqa: S105  (of a demo on this machine, shown at its start)
DOMAIN = "demo.example"


@dataclass(frozen=True)
class Part:
    """Somebody of the demo. ``login``: the part before the @. ``shown``: the account stands in the list of ``make run``."""

    login: str
    name: str
    role: Role
    organisation: str
    shown: bool = True
    fields: tuple[str, ...] = ()
    expertise: Expertise | None = None

    @property
    def email(self) -> str:
        return f"{self.login}@{DOMAIN}"


ORGANISATIONS: dict[str, tuple[OrganisationKind, Text, str]] = {
    "operator": (OrganisationKind.OPERATOR, text("디딤돌 운영센터", "Didimdol Operations Centre"), ""),
    "institute": (OrganisationKind.EXPERT_BODY, text("가온기술연구소", "Gaon Research Institute"), ""),
    "university": (OrganisationKind.EXPERT_BODY, text("한별대학교", "Hanbyeol University"), ""),
    "fund": (OrganisationKind.EXPERT_BODY, text("이음벤처투자", "Ieum Ventures"), ""),
    "society": (OrganisationKind.EXPERT_BODY, text("온새미로 기술사회", "Onsaemiro Society of Engineers"), ""),
    "polytechnic": (OrganisationKind.EXPERT_BODY, text("윤슬공과대학교", "Yunseul University of Technology"), ""),
    "laboratory": (OrganisationKind.EXPERT_BODY, text("가람솔디지털연구원", "Garamsol Digital Laboratory"), ""),
    "ventures": (OrganisationKind.EXPERT_BODY, text("새라온벤처스", "Saeraon Ventures"), ""),
    "assessors": (OrganisationKind.EXPERT_BODY, text("별하기술평가원", "Byeolha Technology Assessment"), ""),
}

STAFF: tuple[Part, ...] = (
    Part("manager", "정가람", Role.MANAGER, "operator"),
    Part("second-manager", "길다온", Role.MANAGER, "operator", shown=False),
    Part("coordinator", "윤슬기", Role.COORDINATOR, "operator"),
    Part("verifier", "백두리", Role.VERIFIER, "operator"),
    Part("auditor", "남보라", Role.AUDITOR, "operator"),
    Part("platform", "심다해", Role.PLATFORM, "operator"),
)

COMPANY: tuple[Part, ...] = (
    Part("lead", "오나래", Role.DEMAND_LEAD, "lge"),
    Part("owner", "채우람", Role.BUDGET_OWNER, "lge"),
    Part(
        "company-judge", "하마루", Role.DEMAND_EVALUATOR, "lge",
        expertise=Expertise(("TV 플랫폼", "상시 청취", "대기전력"), "TV 보조 코어의 대기 동작을 맡고 있습니다."),
    ),
    Part(
        "company-judge-2", "소담희", Role.DEMAND_EVALUATOR, "lge", shown=False,
        expertise=Expertise(("노트북 보안", "파일 형식 판별", "저전력 모드"), "노트북의 보안 소프트웨어를 기획합니다."),
    ),
    Part(
        "company-judge-3", "여울빛", Role.DEMAND_EVALUATOR, "lge", shown=False,
        expertise=Expertise(("모델 경량화", "추론 최적화"), "가전에 싣는 AI 모델의 메모리와 지연시간을 줄입니다."),
    ),
)  # fmt: skip

SPONSOR = Part("sponsor", "류하람", Role.SPONSOR, "intel")
STARTUP_STAFF = Part("sorigil-staff", "한노을", Role.STAFF, "sorigil")

EXPERTS: tuple[Part, ...] = (
    Part(
        "expert", "강다솜", Role.EXPERT, "institute",
        expertise=Expertise(("음성 구간 검출", "소음 환경", "온디바이스 AI"), "마이크 신호에서 말소리를 찾는 경량 신경망을 연구합니다."),
    ),
    Part(
        "expert-2", "문차오름", Role.EXPERT, "university", shown=False,
        expertise=Expertise(("사이버 보안", "악성 파일 탐지", "file type identification"), "파일 형식과 악성 코드를 가려내는 방법을 가르칩니다."),
    ),
    Part(
        "expert-3", "노을지", Role.EXPERT, "fund", shown=False,
        expertise=Expertise(("기술 사업화", "가전 시장", "해외 진출"), "하드웨어와 AI 기업에 투자해 왔습니다."),
    ),
    Part(
        "expert-4", "하미르", Role.EXPERT, "society", shown=False,
        expertise=Expertise(("NPU", "저전력 설계", "임베디드 시스템"), "배터리로 움직이는 기기의 전력 소모를 줄여 왔습니다."),
    ),
    Part(
        "expert-5", "도슬아", Role.EXPERT, "university", shown=False,
        expertise=Expertise(("speech recognition", "화자 분리", "다채널 음향"), "회의실의 여러 마이크로 화자를 따라가는 연구를 합니다."),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Company:
    """An invented startup. ``serial``: of its business number, whose tax-office code (000) is not issued."""

    key: str
    name: str
    founded: str
    serial: str
    ceo: str
    field: str
    model: str
    title: str
    idea: str
    claims: dict[str, str]


STARTUPS: tuple[Company, ...] = (
    Company(
        "sorigil",
        "소리길",
        "2020-04-13",
        "0001",
        "서리나",
        "voice",
        "VOICE",
        "초경량 음성 구간 검출로 TV 대기전력을 줄이는 웨이크업 AI",
        "마이크 입력에서 사람의 말소리만 32밀리초마다 판별합니다. 순환 신경망을 1.3MB로 줄여 별도 가속기 없이 TV의 보조 코어에서 상시 동작합니다.",
        {"latency_p90": "1", "latency_p99": "3", "peak_memory": "120", "model_size": "1.3"},
    ),
    Company(
        "ongyeol",
        "온결오디오",
        "2022-09-01",
        "0002",
        "민들레",
        "voice",
        "VOICE_HALF",
        "반정밀도 음성 검출 모델 기반 상시 청취 AI",
        "모델 매개변수를 반정밀도로 저장하고 실행 시 복원하여 저장 공간을 줄였습니다. 냉장고·에어컨처럼 소음이 큰 환경에서 재현 시험을 마쳤습니다.",
        {"latency_p90": "2", "latency_p99": "4", "peak_memory": "130", "model_size": "1.3"},
    ),
    Company(
        "hanbit",
        "한빛모션",
        "2019-11-20",
        "0003",
        "봄해찬",
        "voice",
        "VOICE_BIG",
        "다채널 음성 활동 감지로 회의용 사이니지의 화자를 따라가는 AI",
        "8kHz와 16kHz를 한 모델로 처리하여 마이크 구성이 다른 제품군에 그대로 실을 수 있습니다.",
        {"latency_p90": "2", "latency_p99": "5", "peak_memory": "140", "model_size": "2.3"},
    ),
    Company(
        "pailjigi",
        "파일지기",
        "2021-02-08",
        "0004",
        "가은솔",
        "file",
        "FILE_TYPE",
        "USB로 들어온 파일의 참모습을 기기 안에서 가려내는 보안 AI",
        "확장자를 믿지 않고 파일의 앞뒤 2KB만으로 형식을 판별합니다. 클라우드로 보내지 않아 사용자의 파일이 기기를 떠나지 않습니다.",
        {"latency_p90": "12", "peak_memory": "150", "model_size": "3.2", "accuracy": "93"},
    ),
    Company(
        "narubyeol",
        "나루별",
        "2023-06-30",
        "0005",
        "이든샘",
        "file",
        "FILE_TYPE",
        "노트북의 내려받기 폴더를 지키는 파일 형식 판별 AI",
        "공개 모델을 기반으로 노트북 저전력 모드에서의 동작을 다듬었습니다. 배터리 사용량을 함께 기록해 드립니다.",
        {"latency_p90": "10", "peak_memory": "140", "model_size": "3.2", "accuracy": "95"},
    ),
)


def person(part: Part) -> Person:
    """The account, made once."""
    found = Person.objects.filter(email=part.email).first()
    return found or actions.register_person(actor=SYSTEM, email=part.email, name=part.name, password=PASSWORD)


def actor(login: str) -> Actor:
    """The actor behind an account of the demo, with the roles in force now."""
    return queries.actor_of(Person.objects.get(email=f"{login}@{DOMAIN}"))


def organisation(key: str) -> Organisation:
    """An organisation of the demo by its key, made once."""
    kind, name, number = ORGANISATIONS[key]
    found = Organisation.objects.within(kind=kind.value, name__ko=name["ko"]).first()
    return found or actions.create_organisation(actor=SYSTEM, kind=kind.value, name=name, business_number=number)


def take_role(part: Part, organisation: Organisation, *, challenge: Any = None) -> Person:
    who = person(part)
    held = [g for g in queries.actor_of(who).grants if g.role == part.role and g.organisation == organisation.pk]
    if not held:
        actions.assign_role(actor=SYSTEM, person=who, organisation=organisation, role=part.role, challenge=challenge)
    return who
