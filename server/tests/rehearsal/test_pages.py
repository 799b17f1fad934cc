"""Who sees a rehearsal's report, and what it says."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from didimdol.kernel.actor import Actor
from didimdol.kernel.problems import AccessDenied
from didimdol.kernel.words import text
from didimdol.people.enums import OrganisationKind, Role
from didimdol.people.models import Organisation
from didimdol.rehearsal import keeping
from didimdol.rehearsal.actions import store_report
from didimdol.rehearsal.models import RehearsalReport

URL = "/rehearsals/"


def sample(key: str = "tiny", *, whole: bool = False) -> dict[str, Any]:
    finding = {
        "severity": "blocking",
        "subject": "panel",
        "what": text("위원이 모자랍니다.", "Evaluators are missing."),
        "change": text("위원을 더 위촉하십시오.", "Seat more evaluators."),
        "rule": "evaluation.stages.paper.panel",
        "step": "paper.assign",
        "certificate": {"needed": 8, "available": 5},
    }
    step = {
        "key": "load",
        "label": text("챌린지와 사람", "Challenge and people"),
        "seconds": 1.25,
        "note": None,
        "events": 7,
    }
    return {
        "format": "didimdol.rehearsal/1",
        "challenge": {
            "key": key,
            "name": text("작은 챌린지", "A tiny challenge"),
            "file": "tiny.yaml",
            "digest": "ab" * 32,
        },
        "seed": 5,
        "applicants": 12,
        "seconds": 61.4,
        "reached_the_end": True,
        "whole": whole,
        "counts": {"blocking": 0 if whole else 1, "warning": 2, "note": 0},
        "findings": [] if whole else [finding],
        "steps": [{**step, "state": "done"}, {**step, "state": "not_reached"}],
        "figures": {
            "places": {"places": 3, "selected": 3, "confirmed": 3, "promoted": 1},
            "money": {"granted": 300_000_000, "committed": 300_000_000, "paid": 200_000_000},
            "devices": {
                "jobs": 24,
                "devices": 1,
                "measured": 4,
                "reused": 20,
                "queue_hours": 0.1,
                "window_hours": 80.0,
            },
            "panels": [
                {
                    "stage": "paper",
                    "stage_name": text("서면평가", "Paper"),
                    "body": text("전문가", "Experts"),
                    "evaluators": 4,
                    "ballots": 24,
                    "least": 5,
                    "most": 7,
                    "days": 11,
                    "a_day": 0.6,
                }
            ],
        },
        "calendar": [
            {
                "event": "opens",
                "label": text("접수 시작", "Applications open"),
                "moment": "2025-02-26T10:00+09:00",
                "business_day": True,
            },
            {
                "event": "final",
                "label": text("최종 평가", "Final evaluation"),
                "moment": "2025-11-08T18:00+09:00",
                "business_day": False,
            },
        ],
        "outcome_digest": "cd" * 32,
    }


@pytest.fixture
def operator(make_organisation: Any) -> Organisation:
    found: Organisation = make_organisation(OrganisationKind.OPERATOR, "모의 운영기관", "Rehearsing agency")
    return found


@pytest.fixture
def report(operator: Organisation) -> RehearsalReport:
    return keeping.store(sample(), operator)


def visitor(make_person: Any, grant: Any, signed_in: Any, organisation: Organisation, role: Role) -> Client:
    person = make_person()
    grant(person, organisation, role)
    client: Client = signed_in(person)
    return client


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_the_report(
    report: RehearsalReport, operator: Organisation, make_person: Any, grant: Any, signed_in: Any, lang: str
) -> None:
    manager = visitor(make_person, grant, signed_in, operator, Role.MANAGER)
    manager.cookies["django_language"] = lang
    page = manager.get(report.get_absolute_url())
    assert page.status_code == 200
    words = page.content.decode()
    said = {
        "ko": ("위원을 더 위촉하십시오.", "8석이 필요", "전문가", "휴일", "막힘"),
        "en": ("Seat more evaluators.", "8 seats needed", "Experts", "Day off", "Gets stuck"),
    }
    for expected in (*said[lang], "evaluation.stages.paper.panel", "200,000,000"):
        assert expected in words


def test_the_list_finds_and_filters(operator: Organisation, make_person: Any, grant: Any, signed_in: Any) -> None:
    keeping.store(sample("stuck-one"), operator)
    keeping.store(sample("whole-one", whole=True), operator)
    manager = visitor(make_person, grant, signed_in, operator, Role.MANAGER)
    everything = manager.get(URL).content.decode()
    assert "stuck-one" in everything and "whole-one" in everything
    assert "stuck-one" not in manager.get(URL, {"result": "whole"}).content.decode()
    assert "whole-one" not in manager.get(URL, {"q": "stuck"}).content.decode()


def test_an_empty_list_says_how_to_begin(operator: Organisation, make_person: Any, grant: Any, signed_in: Any) -> None:
    manager = visitor(make_person, grant, signed_in, operator, Role.MANAGER)
    assert "didimdol rehearse FILE" in manager.get(URL).content.decode()


def test_others_do_not_see_it(
    report: RehearsalReport,
    operator: Organisation,
    make_organisation: Any,
    make_person: Any,
    grant: Any,
    signed_in: Any,
) -> None:
    rival = make_organisation(OrganisationKind.OPERATOR, "다른 운영기관", "Another agency")
    other = visitor(make_person, grant, signed_in, rival, Role.MANAGER)
    assert other.get(report.get_absolute_url()).status_code == 404
    assert report.key not in other.get(URL).content.decode()
    company = make_organisation(OrganisationKind.DEMAND_COMPANY, "리버전자", "River")
    lead = visitor(make_person, grant, signed_in, company, Role.DEMAND_LEAD)
    assert lead.get(URL).status_code == 403
    assert lead.get(report.get_absolute_url()).status_code == 404
    anybody = Client().get(URL)
    assert anybody.status_code == 302 and "login" in anybody["Location"]
    assert Client().get(report.get_absolute_url()).status_code == 302


def test_posting_is_not_answered(
    report: RehearsalReport, operator: Organisation, make_person: Any, grant: Any, signed_in: Any
) -> None:
    manager = visitor(make_person, grant, signed_in, operator, Role.MANAGER)
    assert manager.post(report.get_absolute_url()).status_code == 405


def test_nobody_stores_one_by_hand(operator: Organisation, make_person: Any, grant: Any) -> None:
    manager: Actor = grant(make_person(), operator, Role.MANAGER)
    with pytest.raises(AccessDenied):
        store_report(actor=manager, operator=operator, report=sample())


def test_whose_rehearsal_it_is(operator: Organisation, make_organisation: Any, make_person: Any, grant: Any) -> None:
    assert keeping.operator_of("unknown", "") is None  # nobody manages anything yet
    grant(make_person(), operator, Role.MANAGER)
    assert keeping.operator_of("unknown", "") == operator
    second = make_organisation(OrganisationKind.OPERATOR, "다른 운영기관", "Another agency")
    grant(make_person(), second, Role.MANAGER)
    assert keeping.operator_of("unknown", "") is None  # two: it has to be said
    assert keeping.operator_of("unknown", "다른 운영기관") == second
    assert keeping.operator_of("unknown", str(operator.pk)) == operator
    assert keeping.operator_of("unknown", "없는 기관") is None


@pytest.mark.parametrize("rows", [1, 50])
def test_the_list_costs_the_same(
    operator: Organisation, make_person: Any, grant: Any, signed_in: Any, queries: Any, rows: int
) -> None:
    for number in range(rows):
        keeping.store(sample(f"tiny-{number}"), operator)
    manager = visitor(make_person, grant, signed_in, operator, Role.MANAGER)
    with queries(5):
        assert manager.get(URL).status_code == 200
