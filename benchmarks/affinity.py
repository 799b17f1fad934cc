"""How often an evaluator of the right subject is found, by affinity and by plain overlap of keywords.

    .venv/bin/python benchmarks/affinity.py [PROGRAMMES] [--morphemes]      (20 by default; half a minute)

Made-up programmes, seeded: 120 applications and 60 evaluators over 24 subjects of eight fields, in Korean as it is
written in applications: particles, compounds with and without spaces, English beside Korean, sentences that say nothing.
An application writes about one subject and touches two others; an evaluator knows one subject and a little of
another, and is right for an application of their own subject. Both use only some of the subject's words, each in one
of its spellings. Nobody's field is told: only the texts count.

Beside each other: shared words (as written, split at spaces: what a search for keywords finds), the same with
particles taken off, and the measure without synonyms, without pairs of syllables, and whole. Prints how often the
first evaluator is right, how many of the first three are, and in how many applications nobody right is among them; then
the time for 1,000 x 200. `--morphemes` adds the measure with the analyser Kiwi, where `kiwipiepy` is installed.
The texts are ours: they show what spelling costs, not how good affinities are among real applications.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from unittest import mock

from didimdol_decide.affinity import Application, Evaluator, Measure, Passage, Texts
from didimdol_decide.affinity import words as reading

APPLICATIONS, EVALUATORS, FIRST = 120, 60, 3
#: subject → its things, each in its spellings
SUBJECTS: dict[str, str] = {
    "voice": "음성 인식|음성인식|speech recognition; 소음 제거|잡음 제거|noise suppression; 음성 합성|음성합성|TTS; 화자 구분|화자분리; 웨이크업|호출어; 마이크 배열|마이크로폰 어레이",
    "language": "대규모 언어 모델|LLM|거대언어모델; 기계 번역|기계번역; 문서 요약|요약문 생성; 검색 증강 생성|RAG; 대화 시스템|챗봇; 말뭉치|코퍼스",
    "vision": "객체 탐지|객체검출|object detection; 영상 분할|이미지 분할|segmentation; 얼굴 인식|안면인식; 자세 추정|pose estimation; 초해상도|super resolution; 광학 문자 인식|OCR",
    "compress": "양자화|quantization; 가지치기|pruning; 지식 증류|knowledge distillation; 모델 경량화|경량모델; 신경망 구조 탐색|NAS; 희소화|sparsity",
    "npu": "NPU|신경망처리장치; AI 반도체|인공지능반도체; 컴파일러|compiler; 메모리 대역폭|memory bandwidth; 연산 가속기|가속회로; 저전력 설계|저전력설계",
    "rf": "무선 통신|무선통신; 안테나|antenna; 밀리미터파|mmWave; 빔포밍|beamforming; 전력 증폭기|파워앰프; 주파수 합성|주파수합성기",
    "power": "전력 변환|전력변환; 배터리 관리|BMS; 무선 충전|무선충전; 인버터|inverter; 에너지 하베스팅|energy harvesting; 질화갈륨|GaN",
    "sensor": "라이다|LiDAR; 레이더|radar; 관성 센서|IMU; 초음파 센서|초음파센서; 온도 보정|온도보상; 센서 융합|센서퓨전|sensor fusion",
    "drive": "자율 주행|자율주행|autonomous driving; 경로 계획|경로계획|path planning; 차선 유지|차선유지; 정밀 지도|정밀지도|HD map; 충돌 회피|충돌회피; 차량 제어|차량제어",
    "robot": "로봇 팔|매니퓰레이터|manipulator; 보행 로봇|보행로봇; 파지 제어|그리퍼; 협동 로봇|협동로봇|cobot; 강화 학습|강화학습|reinforcement learning; 동시 위치 추정|SLAM",
    "drone": "드론|무인기|UAV; 비행 제어|비행제어; 군집 비행|군집비행; 항공 촬영|항공촬영; 추진 장치|프로펠러; 원격 조종|원격조종",
    "factory": "스마트 공장|스마트팩토리; 결함 검출|불량검출|defect detection; 예지 보전|예지보전|predictive maintenance; 설비 진동|진동분석; 공정 최적화|공정최적화; 디지털 트윈|디지털트윈|digital twin",
    "medical": "의료 영상|의료영상|medical imaging; 병리 진단|병리진단; 심전도|ECG; 수술 보조|수술로봇; 임상 시험|임상시험; 원격 진료|원격진료",
    "bio": "신약 개발|신약후보; 단백질 구조|단백질구조; 유전체 분석|유전체분석; 세포 배양|세포배양; 바이오마커|biomarker; 약물 전달|약물전달",
    "elder": "낙상 감지|낙상감지; 수면 분석|수면분석; 인지 재활|인지재활; 돌봄 서비스 설계|돌봄설계; 재활 운동|재활운동; 청각 보조|보청기",
    "security": "침입 탐지|침입탐지; 악성 코드|악성코드|malware; 암호 모듈|암호화모듈; 이상 거래|이상거래|FDS; 접근 통제|접근통제; 취약점 분석|취약점분석",
    "privacy": "연합 학습|연합학습|federated learning; 차분 프라이버시|differential privacy; 가명 처리|가명처리; 동형 암호|동형암호; 합성 데이터|합성데이터|synthetic data; 동의 관리|동의관리",
    "commerce": "추천 시스템|추천시스템; 수요 예측|수요예측; 가격 최적화|동적가격; 고객 이탈|이탈예측; 상품 검색|상품검색; 광고 입찰|광고입찰",
    "logistics": "창고 자동화|창고자동화; 배송 경로|배송경로; 재고 관리|재고관리; 무인 운반차|AGV; 물동량 예측|물동량예측; 콜드체인|cold chain",
    "energy": "태양광 발전|태양광발전; 전력망 운영|스마트그리드; 에너지 저장|ESS; 수요 반응|수요반응|demand response; 수소 연료 전지|연료전지; 탄소 배출|탄소배출",
    "building": "공조 제어|공조제어|HVAC; 재실 감지|재실감지; 실내 공기질|실내공기질; 승강기 안전|승강기안전; 조명 제어|조명제어; 건물 에너지|건물에너지",
    "farm": "작물 생육|작물생육; 병해충 진단|병해충진단; 스마트 온실|스마트온실; 수확 로봇|수확로봇; 토양 분석|토양분석; 축산 관리|축산관리",
    "media": "영상 생성|영상생성; 음악 작곡|작곡모델; 자막 생성|자막생성; 가상 인물|가상인물|digital human; 실감 콘텐츠|확장현실|XR; 화질 개선|화질개선",
    "education": "학습 진단|학습진단; 자동 채점|자동채점; 문제 추천|문항추천; 수업 분석|수업분석; 어휘 평가|어휘평가; 독서 지도|독서지도",
}
THINGS = {
    subject: [[spelling.strip() for spelling in thing.split("|")] for thing in line.split(";")]
    for subject, line in SUBJECTS.items()
}
SENTENCES = (
    "본 과제는 {0}{eul} 목표 기기에서 실시간으로 동작하도록 구현합니다.",
    "기존 방식은 {0}에서 지연이 컸으나 당사는 이를 절반으로 줄였습니다.",
    "{0}{wa} {1}{eul} 하나의 모델로 처리하여 비용을 낮춥니다.",
    "{0} 성능은 공개 자료에서 검증하였으며 {1}에도 적용할 수 있습니다.",
    "사업부와 함께 {0}의 양산 조건을 확인하고 있습니다.",
)
EMPTY = (
    "현장에서 수집한 데이터로 반복하여 시험하였고 품질 기준을 만족하였습니다.",
    "대표자는 관련 분야에서 십 년 이상의 경력을 쌓았으며 핵심 인력을 확보하였습니다.",
    "국내외 시장은 해마다 성장하고 있으며 고객의 불편을 해결하는 것이 목표입니다.",
    "실증 기간에는 두 주마다 결과를 공유하고 일정에 따라 개선하겠습니다.",
)
OWN_WORDS = (
    "{0}{eul} 오래 연구했고 {1} 과제를 여러 번 평가했습니다.",
    "{0} 제품의 상용화를 맡았으며 {1}에 관심이 있습니다.",
)


def said(sentence: str, first: str, second: str) -> str:
    """With the particle that its last syllable asks for."""
    last = second if "{1}{eul}" in sentence else first
    final = "가" <= last[-1] <= "힣" and (ord(last[-1]) - 0xAC00) % 28 > 0
    return sentence.format(first, second, eul="을" if final else "를", wa="과" if final else "와")


def programme(
    seed: int, applications: int = APPLICATIONS, evaluators: int = EVALUATORS
) -> tuple[Texts, dict[str, str]]:
    """Texts, and the subject of everybody."""
    draw = random.Random(seed)
    subjects = list(SUBJECTS)
    truth: dict[str, str] = {}

    def some(subject: str, count: int) -> list[str]:
        return [draw.choice(spellings) for spellings in draw.sample(THINGS[subject], count)]

    def application(number: int) -> Application:
        name = f"a{number:04}"
        own = truth[name] = subjects[number % len(subjects)]
        words, beside = some(own, 4), [word for other in draw.sample(subjects, 2) for word in some(other, 1)]
        told = [said(draw.choice(SENTENCES), *draw.sample(words, 2)) for _ in range(4)]
        told += [said(draw.choice(SENTENCES[:2]), word, word) for word in beside] + draw.sample(EMPTY, 3)
        draw.shuffle(told)
        title = f"{words[0]} 기반 {words[1]} 솔루션"
        return Application(id=name, passages=(Passage(text=title, weight=3), Passage(text=" ".join(told))))

    def evaluator(number: int) -> Evaluator:
        name = f"e{number:04}"
        own = truth[name] = subjects[number % len(subjects)]
        words = some(own, 3)
        beside = some(draw.choice(subjects), 1)
        sentence = said(draw.choice(OWN_WORDS), words[2], beside[0])
        return Evaluator(id=name, keywords=(*words[:2], *beside), sentence=sentence)

    texts = Texts(
        applications=tuple(application(number) for number in range(applications)),
        evaluators=tuple(evaluator(number) for number in range(evaluators)),
    )
    return texts, truth


def written(evaluator: Evaluator) -> str:
    return " ".join((*evaluator.keywords, evaluator.sentence))


def overlap(texts: Texts, split: Callable[[str], set[str]]) -> Iterator[tuple[str, Mapping[str, float]]]:
    """How many words both have, as a share of all that either has."""
    known = {entry.id: split(written(entry)) for entry in texts.evaluators}
    for application in texts.applications:
        mine = split(" ".join(passage.text for passage in application.passages))
        yield application.id, {name: len(mine & theirs) / len(mine | theirs) for name, theirs in known.items()}


def measured(texts: Texts, morphemes: reading.Morphemes | None = None) -> Iterator[tuple[str, Mapping[str, float]]]:
    measure = Measure(texts, morphemes)
    for application in texts.applications:
        yield application.id, measure.row(application)


def without_pairs(texts: Texts) -> Iterator[tuple[str, Mapping[str, float]]]:
    with mock.patch.object(reading, "pairs", lambda word: []):
        yield from measured(texts)


def kiwi() -> reading.Morphemes:
    from kiwipiepy import Kiwi

    analyser = Kiwi()
    tags = ("NNG", "NNP", "NNB", "SL", "XR", "VV", "VA", "SH")
    return lambda text: [token.form for token in analyser.tokenize(text) if token.tag in tags and len(token.form) > 1]


def figures(
    rows: Iterator[tuple[str, Mapping[str, float]]], truth: dict[str, str], seed: int
) -> tuple[float, float, float]:
    """First right, share of the first three that are right, nobody right among them; equals are drawn."""
    draw = random.Random(seed)
    first = among = nobody = count = 0
    for name, values in rows:
        order = sorted(values, key=lambda evaluator: (-values[evaluator], draw.random()))[:FIRST]
        right = [truth[evaluator] == truth[name] for evaluator in order]
        first, among, nobody, count = first + right[0], among + sum(right), nobody + (not any(right)), count + 1
    return first / count, among / count / FIRST, nobody / count


def main() -> None:
    programmes = next((int(word) for word in sys.argv[1:] if word.isdecimal()), 20)
    ways: dict[str, Callable[[Texts], Iterator[tuple[str, Mapping[str, float]]]]] = {
        "shared words as written": lambda texts: overlap(texts, lambda text: set(text.casefold().split())),
        "shared words without particles": lambda texts: overlap(
            texts, lambda text: {w.stem for w in reading.words(text)}
        ),
        "affinity without pairs": without_pairs,
        "affinity without synonyms": lambda texts: measured(texts.model_copy(update={"synonyms": ()})),
        "affinity": measured,
    }
    if "--morphemes" in sys.argv:
        analyse = kiwi()
        ways["affinity by Kiwi's morphemes"] = lambda texts: measured(texts, analyse)
    least = EVALUATORS // len(SUBJECTS)
    print(f"{programmes} programmes; each application has {least} or {least + 1} right evaluators of {EVALUATORS}")
    print(f"{'':32} {'first is right':>15} {f'right of {FIRST}':>12} {'none right':>12}")
    found = {}
    for name, way in ways.items():
        runs = [figures(way(texts), truth, seed) for seed in range(programmes) for texts, truth in [programme(seed)]]
        found[name] = [sum(column) / programmes for column in zip(*runs, strict=True)]
        print(f"{name:32} {found[name][0]:15.3f} {found[name][1]:12.3f} {found[name][2]:12.3f}")
    texts, _ = programme(1, 1000, 200)
    start = time.process_time()
    measure = Measure(texts)
    built = time.process_time()
    sum(len(measure.row(application)) for application in texts.applications)
    print(f"1,000 x 200: read in {built - start:.2f} s, all affinities in {time.process_time() - built:.2f} s of CPU")
    plain, whole = found["shared words as written"], found["affinity"]
    better = whole[0] > plain[0] and whole[2] < plain[2]
    print("PASS" if better else "misses", "the first is right more often than by shared words, and fewer find nobody")
    if not better:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
