"""The pages of a person and of an organisation."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from didimdol.people import lists
from didimdol.people.models import Organisation, Person, RoleAssignment
from didimdol.records.models import AccessEntry

pytestmark = pytest.mark.django_db


def test_a_visitor_signs_in_first(client: Client) -> None:
    page = client.get(reverse("people:profile"))
    assert page.status_code == 302
    assert page["Location"] == f"{reverse('account_login')}?next={reverse('people:profile')}"
    assert client.post(reverse("people:profile"), {}).status_code == 403


def test_the_profile_changes_name_and_language(make_person: Any, signed_in: Callable[..., Client]) -> None:
    person = make_person("김하늘")
    browser, here = signed_in(person), reverse("people:profile")
    assert "김하늘" in browser.get(here).content.decode()
    saved = browser.post(here, {"name": "Sky Kim", "language": "en"})
    assert saved.status_code == 302 and browser.cookies["django_language"].value == "en"
    assert (Person.objects.get().name, Person.objects.get().language) == ("Sky Kim", "en")
    assert "My roles" in browser.get(here).content.decode()
    assert browser.post(here, {"name": "", "language": "en"}).status_code == 422
    assert browser.post(here, {"name": "a", "language": "fr"}).status_code == 422


def test_registering_a_startup_as_pages(make_person: Any, signed_in: Callable[..., Client]) -> None:
    browser, here = signed_in(make_person()), reverse("people:register-startup")
    assert browser.get(reverse("people:organisations")).status_code == 200
    assert browser.get(here).status_code == 200
    answers = {"name_ko": "돌다리", "name_en": "Doldari", "business_number": "107-86-14076", "founded_on": "2021-05-03"}
    wrong = browser.post(here, answers)
    assert wrong.status_code == 422 and "검증 숫자" in wrong.content.decode()
    right = browser.post(here, {**answers, "business_number": "107-86-14075"}, follow=True)
    assert right.status_code == 200 and "107-86-14075" in right.content.decode()
    assert browser.get(here).status_code == 403  # once


def test_an_organisation_is_seen_by_its_people_only(
    make_person: Any, make_organisation: Any, grant: Any, signed_in: Callable[..., Client]
) -> None:
    startup, person, rival = make_organisation("startup", "돌다리"), make_person(), make_person()
    grant(person, startup, "staff")
    grant(rival, make_organisation("startup"), "ceo")
    for name in ("people:organisation", "people:edit-organisation", "people:invite"):
        assert signed_in(rival).get(reverse(name, args=[startup.id])).status_code == 404
    assert AccessEntry.objects.within(person=rival.id, subject_id=startup.id, outcome="not_visible").count() == 3
    assert signed_in(person).get(reverse("people:organisation", args=[startup.id])).status_code == 200
    for name in ("people:edit-organisation", "people:invite"):
        assert signed_in(person).get(reverse(name, args=[startup.id])).status_code == 403


def test_who_evaluates_is_no_colleagues_business(
    make_person: Any, make_organisation: Any, grant: Any, signed_in: Callable[..., Client]
) -> None:
    body, company, challenge = make_organisation("expert_body"), make_organisation("demand_company"), uuid.uuid4()
    one, other, lead, sales = make_person("하나"), make_person("둘이"), make_person("실무"), make_person("영업")
    for person in (one, other):
        grant(person, body, "expert", challenge=challenge)
    grant(other, company, "demand_evaluator", challenge=challenge)
    grant(lead, company, "demand_lead", challenge=challenge)
    grant(sales, company, "demand_evaluator", challenge=challenge)

    def names(viewer: Any, organisation: Any) -> set[str]:
        page = signed_in(viewer).get(reverse("people:organisation", args=[organisation.id]))
        return {row["name"] for row in page.context["members"].rows}

    assert names(one, body) == {"하나"}
    assert names(sales, company) == {"실무", "영업"}
    assert names(lead, company) == {"둘이", "실무", "영업"}
    colleague = RoleAssignment.objects.within(person=other, organisation=body).get()
    assert signed_in(one).post(reverse("people:end-role", args=[colleague.id])).status_code == 404


def test_searching_and_turning_pages(
    make_person: Any, make_organisation: Any, grant: Any, signed_in: Callable[..., Client]
) -> None:
    startup, ceo = make_organisation("startup"), make_person("대표")
    grant(ceo, startup, "ceo")
    for number in range(55):
        grant(make_person(f"직원{number:02}"), startup, "staff")
    browser, here = signed_in(ceo), reverse("people:organisation", args=[startup.id])
    first = browser.get(here)
    assert len(first.context["members"].rows) == 50
    second = browser.get(here, {"after": first.context["members"].next})
    assert len(second.context["members"].rows) == 6 and second.context["members"].next == ""
    found = browser.get(here, {"q": "직원3"})
    assert [row["name"] for row in found.context["members"].rows] == [f"직원3{n}" for n in range(10)]


def test_editing_an_organisation(
    make_person: Any, make_organisation: Any, grant: Any, signed_in: Callable[..., Client]
) -> None:
    startup, person = make_organisation("startup", "돌다리"), make_person()
    grant(person, startup, "ceo")
    browser, here = signed_in(person), reverse("people:edit-organisation", args=[startup.id])
    assert "돌다리" in browser.get(here).content.decode()
    answers = {"name_ko": "징검다리", "name_en": "", "version": startup.row_version}
    assert browser.post(here, {**answers, "name_ko": ""}).status_code == 422
    assert browser.post(here, answers).status_code == 302
    assert browser.post(here, answers).status_code == 409  # somebody saved in between
    assert Organisation.objects.within(pk=startup.pk).get().name["ko"] == "징검다리"


def test_making_an_organisation_as_pages(
    make_person: Any, make_organisation: Any, grant: Any, signed_in: Callable[..., Client]
) -> None:
    here = reverse("people:new-organisation")
    assert signed_in(make_person()).get(here).status_code == 403
    person = make_person()
    grant(person, make_organisation("operator"), "manager")
    browser = signed_in(person)
    assert browser.get(here).status_code == 200
    answers = {"kind": "expert_body", "name_ko": "연구원", "idempotency_key": "k"}
    assert browser.post(here, {**answers, "kind": "operator"}).status_code == 422
    for _ in range(2):
        assert browser.post(here, answers).status_code == 302
    assert Organisation.objects.within(kind="expert_body").count() == 1


def test_ending_a_role_as_pages(
    make_person: Any, make_organisation: Any, grant: Any, signed_in: Callable[..., Client]
) -> None:
    startup, ceo, staff = make_organisation("startup"), make_person(), make_person()
    grant(ceo, startup, "ceo")
    grant(staff, startup, "staff")
    ends = reverse("people:end-role", args=[RoleAssignment.objects.within(person=staff).get().id])
    stays = reverse("people:end-role", args=[RoleAssignment.objects.within(person=ceo).get().id])
    assert signed_in(make_person()).post(ends).status_code == 404
    assert signed_in(staff).get(stays).status_code == 403
    browser = signed_in(ceo)
    page = browser.get(reverse("people:organisation", args=[startup.id])).content.decode()
    assert ends in page and stays not in page  # the button gives the same answer as the rule
    assert browser.get(ends).status_code == 200
    assert browser.post(ends).status_code == 302
    assert ends not in browser.get(reverse("people:organisation", args=[startup.id])).content.decode()


def test_the_operator_sees_whom_it_gave_roles(
    make_person: Any, make_organisation: Any, grant: Any, challenges: Any, signed_in: Callable[..., Client]
) -> None:
    operator, other = make_organisation("operator"), make_organisation("operator")
    body, mine, foreign = (
        make_organisation("expert_body", "연구원"),
        challenges(operator, "우리 챌린지"),
        challenges(other),
    )
    manager = make_person()
    grant(manager, operator, "manager")
    grant(make_person("우리 위원"), body, "expert", challenge=mine.id, field="robot")
    grant(make_person("남의 위원"), body, "expert", challenge=foreign.id)
    page = signed_in(manager).get(reverse("people:organisation", args=[operator.id])).content.decode()
    assert "우리 위원" in page and "우리 챌린지 · 로봇" in page
    assert "남의 위원" not in page


@pytest.mark.parametrize("rows", [1, 50])
def test_the_page_of_an_organisation_costs_the_same(
    rows: int,
    make_person: Any,
    make_organisation: Any,
    grant: Any,
    challenges: Any,
    signed_in: Callable[..., Client],
    queries: Any,
) -> None:
    operator, body, manager = make_organisation("operator"), make_organisation("expert_body"), make_person()
    grant(manager, operator, "manager")
    for _ in range(rows):
        grant(make_person(), operator, "verifier")
        grant(make_person(), body, "expert", challenge=challenges(operator).id)
    browser = signed_in(manager)
    # session, person, roles; organisation; members, given, invitations; unread messages of the frame
    with queries(8):
        assert browser.get(reverse("people:organisation", args=[operator.id])).status_code == 200


@pytest.mark.parametrize("rows", [1, 50])
def test_the_profile_costs_the_same(
    rows: int, make_person: Any, make_organisation: Any, grant: Any, signed_in: Callable[..., Client], queries: Any
) -> None:
    company, person = make_organisation("demand_company"), make_person()
    for _ in range(rows):
        grant(person, company, "demand_lead", challenge=uuid.uuid4())
    browser = signed_in(person)
    # session, person, roles; person, roles, their challenges, organisations, staff, second factor; unread messages
    with queries(10):
        assert browser.get(reverse("people:profile")).status_code == 200


def test_a_startup_is_offered_only_its_own_roles(make_person: Any, make_organisation: Any, grant: Any) -> None:
    startup = make_organisation("startup")
    choices = lists.invite_choices(grant(make_person(), startup, "ceo"), startup)
    assert [r.value for r in choices["roles"]] == ["staff"]
    assert choices["organisations"] == [startup]


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_every_page_speaks_both_languages(
    lang: str, make_person: Any, make_organisation: Any, grant: Any, signed_in: Callable[..., Client]
) -> None:
    operator, person = make_organisation("operator", "Institute"), make_person("A", language=lang)
    grant(person, operator, "manager")
    grant(person, operator, "platform")
    browser = signed_in(person)
    browser.cookies["django_language"] = lang
    paths = [
        reverse(name)
        for name in (
            "people:profile",
            "people:organisations",
            "people:new-organisation",
            "people:tokens",
            "people:staff",
        )
    ]
    paths += [
        reverse(name, args=[operator.id])
        for name in ("people:organisation", "people:edit-organisation", "people:invite")
    ]
    paths += [reverse(name) for name in ("notices:list", "mfa_index", "account_email", "account_change_password")]
    for path in paths:
        page = browser.get(path)
        assert page.status_code == 200, path
        main = page.content.decode().split("<main", 1)[1].split("</main>", 1)[0].replace("한국어", "")
        korean = any("가" <= letter <= "힣" for letter in main)
        assert korean == (lang == "ko"), path
        assert "style=" not in main and "onclick" not in main
