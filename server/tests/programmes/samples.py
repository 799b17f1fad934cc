"""A small rulebook for tests: two demand companies with a field each, one evaluated stage."""

from __future__ import annotations

YAML = """\
schema: 1
key: stone-2025
name: {ko: 디딤돌 시험 챌린지, en: Stone test challenge}
summary: {ko: 작은 챌린지입니다., en: A small challenge.}
edition: 2025
example: true
programme: {key: stones, name: {ko: 디딤돌 사업, en: Stones}}
parties:
  - {key: agency, kind: operator, name: {ko: 디딤돌진흥원, en: Stone Agency}}
  - {key: river, kind: demand_company, name: {ko: 리버전자, en: River Electronics}}
  - {key: hill, kind: demand_company, name: {ko: 힐로봇, en: Hill Robotics}}
  - {key: chip, kind: technology_sponsor, name: {ko: 칩후원, en: Chip Sponsor}}
demands: {places: 3}
fields:
  - key: laptop
    name: {ko: 노트북, en: Laptop}
    description: {ko: 노트북에서 도는 AI, en: AI on a laptop}
    quota: 2
    demand_company: river
    criteria:
      - {key: p99, metric: latency, statistic: p99, comparison: "<=", threshold: 20, unit: ms}
  - key: robot
    name: {ko: 로봇, en: Robot}
    quota: 1
    demand_company: hill
    assumed: true
    note: {ko: 분담을 확인하지 못했습니다., en: The share is not verified.}
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
  purpose: {ko: 제품에 들어갈 AI를 찾습니다., en: We look for AI that ships.}
  support: {ko: 사업화 자금과 장비를 지원합니다., en: A grant and devices.}
  how_to_apply: {ko: 이곳에서 신청합니다., en: Apply here.}
eligibility:
  max_age_years: 10
  source: 공통 운영규정 §6
  questions:
    - key: age
      question: {ko: 창업 10년 이내입니까?, en: Founded within 10 years?}
      required: true
      explanation: {ko: 창업 10년 이내 기업만 신청합니다., en: Only startups up to 10 years.}
form:
  sections:
    - key: idea
      title: {ko: 아이디어, en: Idea}
      fields:
        - {key: title, type: text, label: {ko: 과제명, en: Title}, required: true}
documents:
  - {key: plan, name: {ko: 사업계획서, en: Business plan}}
evaluation:
  stages:
    - key: paper
      name: {ko: 서면평가, en: Paper evaluation}
      kind: paper
      window: {opens: "+25d 09:00", closes: "+40d 18:00"}
      panel: {seats: 3}
      rule:
        cutoff_percent: 70
        trim: {drop_high: 0, drop_low: 0}
        bodies:
          - key: experts
            name: {ko: 전문가, en: Experts}
            weight: 0.6
            seats: 2
            quorum: 1
            criteria:
              - {key: technology, max_points: 60, name: {ko: 기술성, en: Technology}}
              - {key: growth, max_points: 40, name: {ko: 성장성, en: Growth}}
          - key: demand
            name: {ko: 수요기업, en: Demand company}
            weight: 0.4
            seats: 1
            quorum: 1
            criteria:
              - {key: fit, max_points: 100, name: {ko: 적합성, en: Fit}}
  selection:
    stage_weights: {paper: 1}
    tie_breaks:
      - {by: criterion, stage: paper, criterion: fit}
grant: {cap: 100000000}
support:
  - key: toolkit
    name: {ko: 개발 도구, en: Toolkit}
    provider: chip
    kind: toolkit
sources:
  - {rule: demands.places, source: 중기부 보도자료}
assumed:
  - rule: grant.cap
    note: {ko: 2024년과 같다고 가정했습니다., en: Taken to be as in 2024.}
"""


def changed(old: str, new: str) -> str:
    assert old in YAML
    return YAML.replace(old, new)
