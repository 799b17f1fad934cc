"""A rulebook with one question of every kind, documents, a model and consents; and bytes that pass as files."""

from __future__ import annotations

YAML = """\
schema: 1
key: apply-2025
name: {ko: 신청 시험 챌린지, en: Application test challenge}
summary: {ko: 신청을 시험합니다., en: To test applications.}
edition: 2025
example: true
programme: {key: stones, name: {ko: 디딤돌 사업, en: Stones}}
parties:
  - {key: agency, kind: operator, name: {ko: 디딤돌진흥원, en: Stone Agency}}
  - {key: river, kind: demand_company, name: {ko: 리버전자, en: River Electronics}}
  - {key: hill, kind: demand_company, name: {ko: 힐로봇, en: Hill Robotics}}
demands: {places: 3, max_claims: 2}
fields:
  - key: laptop
    name: {ko: 노트북, en: Laptop}
    quota: 2
    demand_company: river
    criteria:
      - {key: size, metric: model_size, statistic: value, comparison: "<=", threshold: 50, unit: MB}
  - key: robot
    name: {ko: 로봇, en: Robot}
    quota: 1
    demand_company: hill
calendar:
  announce: "2025-02-26 09:00"
  opens: "2025-02-26 10:00"
  closes: "+20d 16:00"
  eligibility: "closes +3bd 18:00"
  decision: "+48d 12:00"
  release: "+48d 18:00"
  agreement: "+62d 18:00"
  poc: {opens: "+63d 09:00", closes: "+230d 18:00"}
  final: "+240d 18:00"
notice:
  upload_limit_mb: 2
  purpose: {ko: 제품에 들어갈 AI를 찾습니다., en: We look for AI that ships.}
  support: {ko: 사업화 자금과 장비를 지원합니다., en: A grant and devices.}
  how_to_apply: {ko: 이곳에서 신청합니다., en: Apply here.}
eligibility:
  max_age_years: 7
  source: 운영요령 §6③
  questions:
    - key: taxes
      question: {ko: 국세·지방세 체납이 없습니까?, en: Are all taxes paid?}
      required: true
      explanation: {ko: 체납이 있으면 지원할 수 없습니다., en: Nobody with tax arrears may apply.}
      source: 운영요령 §7
    - key: same-grant
      question: {ko: 같은 해 다른 사업화 지원을 받습니까?, en: Another commercialisation grant this year?}
      required: false
      explanation: {ko: 중복 지원은 받을 수 없습니다., en: No double support.}
  excluded:
    - {key: default, text: {ko: 채무불이행, en: In default}, source: 운영요령 §7}
form:
  sections:
    - key: idea
      title: {ko: 아이디어, en: Idea}
      fields:
        - {key: summary, type: long_text, label: {ko: 과제 요약, en: Summary}, required: true, max_length: 500}
        - {key: keyword, type: text, label: {ko: 핵심어, en: Keyword}, max_length: 40}
        - {key: website, type: url, label: {ko: 누리집, en: Website}, blind: true}
        - key: stage
          type: choice
          label: {ko: 기술 성숙도, en: Maturity}
          required: true
          options:
            - {key: idea, label: {ko: 개념 검증, en: Concept}}
            - {key: pilot, label: {ko: 실증 완료, en: Piloted}}
        - key: uses
          type: multi_choice
          label: {ko: 쓰는 곳, en: Uses}
          options:
            - {key: voice, label: {ko: 음성, en: Voice}}
            - {key: vision, label: {ko: 영상, en: Vision}}
    - key: figures
      title: {ko: 수치, en: Figures}
      fields:
        - {key: people, type: number, label: {ko: 인원, en: People}, minimum: 1, maximum: 1000}
        - {key: sales, type: money, label: {ko: 매출, en: Sales}}
        - {key: founded, type: date, label: {ko: 시작한 날, en: Begun}}
        - {key: patents, type: boolean, label: {ko: 특허가 있습니까?, en: Any patents?}}
        - {key: truth, type: boolean, label: {ko: 사실임을 확인합니다, en: It is true}, required: true, must_be_true: true}
        - {key: chart, type: file, label: {ko: 구성도, en: Chart}}
documents:
  - {key: plan, name: {ko: 사업계획서, en: Business plan}, formats: [pdf, hwp], max_size_mb: 1}
  - {key: registration, name: {ko: 사업자등록증명, en: Registration}, formats: [pdf], required: false, blind: true, max_size_mb: 1}
  - {key: page, name: {ko: 소개 화면, en: Page}, formats: [html], required: false, max_size_mb: 2}
  - {key: contract, name: {ko: 협약 서류, en: Contract}, when: agreement, max_size_mb: 1}
model_file: {required: true, formats: [onnx], max_size_mb: 1}
verification: {trials_per_application: 2}
consents:
  - key: personal
    version: "1"
    kind: personal_data
    title: {ko: 개인정보 수집·이용, en: Personal data}
    purpose: {ko: 선정 평가, en: Selection}
    items: [{ko: 성명, en: Name}]
    retention: {ko: 5년, en: Five years}
    refusal: {ko: 거부하면 신청할 수 없습니다., en: Without it there is no application.}
    text: {ko: 동의합니다., en: I consent.}
  - key: news
    version: "2"
    kind: other
    required: false
    title: {ko: 소식 받기, en: News}
    purpose: {ko: 안내, en: News}
    items: [{ko: 전자우편, en: E-mail}]
    retention: {ko: 1년, en: One year}
    refusal: {ko: 거부해도 됩니다., en: You may refuse.}
    text: {ko: 동의합니다., en: I consent.}
evaluation:
  stages:
    - key: paper
      name: {ko: 서면평가, en: Paper evaluation}
      kind: paper
      window: {opens: "+25d 09:00", closes: "+40d 18:00"}
      panel: {seats: 2}
      rule:
        cutoff_percent: 70
        trim: {drop_high: 0, drop_low: 0}
        bodies:
          - key: experts
            name: {ko: 전문가, en: Experts}
            weight: 1
            seats: 2
            quorum: 1
            criteria:
              - {key: technology, max_points: 100, name: {ko: 기술성, en: Technology}}
  selection:
    stage_weights: {paper: 1}
    tie_breaks:
      - {by: criterion, stage: paper, criterion: technology}
grant: {cap: 100000000}
"""

PDF = b"%PDF-1.7\n" + "사업계획서".encode() + b"\n%%EOF\n"
MODEL = b"\x08\x08\x12\x04test" + b"\0" * 100
ANSWERS = {"summary": "노트북에서 도는 한국어 받아쓰기", "stage": "pilot", "truth": True}
CONSENTS = ["personal"]
CLOSES = "2025-03-18 16:00"
