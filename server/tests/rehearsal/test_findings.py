"""What would break is found and named, with its rule and the way out; the rest is rehearsed all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from didimdol.rehearsal.way import applying, placing
from didimdol.rehearsal.way.seating import more_days
from didimdol_decide.assignment import AssignmentProblem, Certificate

Rehearse = Callable[..., dict[str, Any]]


def found(report: dict[str, Any], subject: str, rule: str) -> list[dict[str, Any]]:
    return [entry for entry in report["findings"] if entry["subject"] == subject and entry["rule"] == rule]


@pytest.mark.django_db
def test_too_few_evaluators_are_named_with_the_certificate_and_ways_out(rehearse: Rehearse) -> None:
    """Two experts of at most one ballot a day cannot read two dozen applications in eleven business days."""
    said = []
    for _ in range(2):
        with transaction.atomic():
            report = rehearse(until="paper.assign", applicants=24, experts=2, ballots_a_day=1)
            said.append(report["findings"])
            transaction.set_rollback(True)
    assert said[0] == said[1]  # the same words and proof every time
    (short,) = found(report, "panel", "evaluation.stages.paper.panel")
    assert short["severity"] == "blocking"
    assert "‘전문가’" in short["what"]["ko"] and "“Experts”" in short["what"]["en"]
    certificate = short["certificate"]
    assert certificate["needed"] > certificate["available"]
    assert Certificate.model_validate(certificate)
    assert any(way["en"].startswith("Seat more evaluators: 3 of “Experts”, up to 11 each") for way in short["ways"])
    assert report["steps"][-1]["state"] == "done"  # more were seated, so that the rest is rehearsed
    assert not report["whole"]


def problem(limit: int, barred: int = 0) -> AssignmentProblem:
    """Six applications of two experts; four experts, the first of whom conflicts with so many."""
    return AssignmentProblem.model_validate(
        {
            "applications": [{"id": f"a{n}", "field": "laptop", "demand": {"expert": 2}} for n in range(6)],
            "evaluators": [{"id": f"e{n}", "body": "expert", "max_load": limit} for n in range(4)],
            "conflicts": [(f"a{n}", f"e{m}", "relative") for n in range(barred) for m in range(3)],
        }
    )


def test_how_many_more_days_would_do() -> None:
    """Twelve ballots for four people: three each; at one a day and two days, one day is missing."""
    assert more_days(problem(2), ballots_a_day=1, days=2) == 1
    assert more_days(problem(1), ballots_a_day=1, days=1) == 2
    assert more_days(problem(1), ballots_a_day=1, days=1, most=3) == 2
    assert more_days(problem(1), ballots_a_day=1, days=1, most=2) is None  # the rulebook allows no more
    assert more_days(problem(1, barred=1), ballots_a_day=1, days=1) is None  # three of four may never sit there


@pytest.mark.django_db
def test_money_that_cannot_suffice(rehearse: Rehearse) -> None:
    def change(book: Any) -> None:
        book["grant"] = {"cap": 100_000_000, "total": 100_000_000}

    report = rehearse(change, until="agree", applicants=12)
    severities = {entry["severity"] for entry in found(report, "money", "grant.total")}
    assert severities == {"warning", "blocking"}  # foreseen from the rulebook, and met on the way
    assert report["counts"]["blocking"] >= 1
    assert "300,000,000" in found(report, "money", "grant.total")[-1]["what"]["ko"]


@pytest.mark.django_db
def test_too_little_time_before_the_agreements(rehearse: Rehearse) -> None:
    def change(book: Any) -> None:
        book["calendar"]["agreement"] = "release +3bd 18:00"

    report = rehearse(change, until="agree", applicants=12)
    late = found(report, "calendar", "calendar.agreement")
    assert any("release +" in entry["change"]["ko"] for entry in late)
    assert report["figures"]["until_agreement"]["needed"] > 3


@pytest.mark.django_db
def test_a_rule_that_stops_the_way_ends_it_there(rehearse: Rehearse) -> None:
    """No startup reaches the cut-off, and the notice does not allow empty places."""

    def change(book: Any) -> None:
        book["evaluation"]["stages"][0]["rule"]["cutoff_percent"] = 100
        book["evaluation"]["selection"]["allow_fewer"] = False

    report = rehearse(change, applicants=12)
    states = {step["key"]: step["state"] for step in report["steps"]}
    assert states["paper.select"] == "failed"
    assert states["confirm"] == states["adopt"] == "not_reached"
    assert not report["reached_the_end"]
    assert any(entry["severity"] == "blocking" and entry["step"] == "paper.select" for entry in report["findings"])


@pytest.mark.django_db
def test_days_off_and_late_reviews_are_foreseen(rehearse: Rehearse) -> None:
    def change(book: Any) -> None:
        book["calendar"]["final"] = "2025-11-08 18:00"  # a Saturday
        book["calendar"]["eligibility"] = "closes +20bd 18:00"

    report = rehearse(change, until="load")
    assert found(report, "calendar", "calendar.final")[0]["severity"] == "warning"
    assert found(report, "calendar", "calendar.eligibility")
    day = next(event for event in report["calendar"] if event["event"] == "final")
    assert day["business_day"] is False
    assert day["label"] == {"ko": "최종 평가", "en": "Final evaluation"}
    labels = {event["event"]: event["label"]["ko"] for event in report["calendar"]}
    assert (labels["stage.paper.opens"], labels["poc.closes"]) == ("서면평가 시작", "PoC 수행 마감")


@pytest.mark.django_db
def test_fewer_people_than_seats_is_no_fault_of_the_way(rehearse: Rehearse) -> None:
    report = rehearse(until="paper.assign", applicants=6, experts=1)
    (few,) = found(report, "panel", "evaluation.stages.paper.panel")
    assert "‘전문가’ 위원이 1명" in few["what"]["ko"]
    assert report["steps"][-1]["state"] == "done"


@pytest.mark.django_db
def test_who_is_not_matched_is_told_why(rehearse: Rehearse, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second demand of the field, and each company takes nobody but the first of its order: one startup is left."""
    give = placing.give_preference
    monkeypatch.setattr(
        placing, "give_preference", lambda **said: give(**said, **({"capacity": 1} if said.get("demand") else {}))
    )

    def change(book: Any) -> None:
        book["demands"]["places"], book["fields"][0]["quota"] = 4, 3

    report = rehearse(change, until="match", applicants=12)
    (left,) = found(report, "matching", "matching")
    assert left["severity"] == "warning"
    made = len(report["outcome"]["matches"])
    assert len(left["told"]) == report["figures"]["places"]["confirmed"] - made > 0
    assert all("앞선 기업으로 찼습니다" in line["ko"] and "full of startups" in line["en"] for line in left["told"])


def limited(**rules: Any) -> Callable[[Any], None]:
    def change(book: Any) -> None:
        options = [{"key": key, "label": {"ko": key}} for key in ("early", "grown")]
        question = {"key": "age", "type": "choice", "label": {"ko": "창업 단계", "en": "Age"}, "options": options}
        book["form"]["sections"][0]["fields"].append(question)
        book["matching"] = {"method": "best_value", **rules}

    return change


def limit(key: str, **rule: Any) -> dict[str, Any]:
    return {"key": key, "name": {"ko": f"{key} 규칙", "en": f"{key} rule"}, **rule}


@pytest.mark.django_db
def test_a_budget_that_can_never_pay_for_its_places_is_foreseen(rehearse: Rehearse) -> None:
    """Two places of laptop, nobody is asked for an amount: the cap of 100 million each."""
    budgets = [limit("laptops", fields=["laptop"], amount=190_000_000), limit("all", amount=300_000_000)]
    reserves = [limit("two", companies=["river"], at_least=2)]
    report = rehearse(limited(budgets=budgets, reserves=reserves), until="load")
    (never,) = found(report, "matching", "matching.budgets.laptops.amount")
    assert never["severity"] == "blocking"
    assert "200,000,000원이 들어 예산 190,000,000원을 넘습니다" in never["what"]["ko"]
    assert "KRW 200,000,000" in never["change"]["en"]
    (minimum,) = found(report, "matching", "matching.reserves.two.at_least")
    assert "pays for 1 at most" in minimum["what"]["en"]
    assert not found(report, "matching", "matching.budgets.all.amount")


@pytest.mark.django_db
def test_a_budget_that_may_not_suffice_is_a_warning(rehearse: Rehearse) -> None:
    def change(book: Any) -> None:
        limited(budgets=[limit("all", amount=250_000_000)])(book)
        money = {"key": "money", "type": "money", "label": {"ko": "신청 금액"}, "maximum": 100_000_000}
        book["form"]["sections"][0]["fields"].append(money)
        book["grant"]["requested_in"] = "money"

    (maybe,) = found(rehearse(change, until="load"), "matching", "matching.budgets.all.amount")
    assert maybe["severity"] == "warning"
    assert "if all ask for the cap they take KRW 300,000,000" in maybe["what"]["en"]


@pytest.mark.django_db
def test_a_reserve_that_no_applicant_can_fill_is_found_with_its_way_out(
    rehearse: Rehearse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is early. What the finding says is done by the amendment that it names, and the rest is rehearsed."""
    monkeypatch.setattr(applying, "_grouped", lambda world, applicant: {"age": "grown"})
    early = {"question": "age", "options": ["early"]}
    report = rehearse(limited(reserves=[limit("young", of=early, at_least=1)]), until="match", applicants=12)
    (stuck,) = found(report, "matching", "matching.reserves")
    assert stuck["severity"] == "blocking"
    assert "할당 ‘young 규칙’: 최소 1곳 (매칭할 수 있는 기업 0곳)" in stuck["what"]["ko"]
    assert [way["en"] for way in stuck["ways"]] == ["the group reserve “young rule”: minimum 1 to 0"]
    assert report["steps"][-1]["state"] == "done"
    assert len(report["outcome"]["matches"]) == report["figures"]["places"]["confirmed"]
