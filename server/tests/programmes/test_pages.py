from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from didimdol.kernel.action import writing
from didimdol.kernel.actor import PUBLIC, SYSTEM
from didimdol.programmes.actions import load_rulebook
from didimdol.programmes.models import Challenge
from didimdol.programmes.queries import access_challenge
from didimdol.programmes.tables import challenge_table
from didimdol.records.models import AccessEntry
from server.tests import worlds
from server.tests.programmes.samples import YAML, changed


@pytest.fixture
def pages(signed_in, scene):
    """``pages("manager")``: that person's browser."""
    return lambda name: signed_in(scene.people[name])


def upload(text, name="stone.yaml"):
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)


def test_the_notice_tells_the_rules_with_limits_sources_and_marks(announced, client):
    page = client.get("/challenges/stone-2025/")
    assert page.status_code == 200
    html = page.content.decode()
    for words in (
        "디딤돌 시험 챌린지",
        "노트북",
        "추론 지연 시간 p99",
        "≤ 20 ms",
        "100번 중 99번이 이 안에 끝남",
        "공통 운영규정 §6",
        "중기부 보도자료",
        "2024년과 같다고 가정했습니다.",
        "분담을 확인하지 못했습니다.",
        "기술성",
        "1억 원",
        "만점의 70% 미만은 탈락",
        "서면평가 ‘적합성’ → 공개 추첨",
        "example-mark",
        "stones",
        "v1",
    ):
        assert words in html, words


def test_the_notice_is_whole_in_english(announced, client):
    html = client.get("/challenges/stone-2025/", headers={"accept-language": "en"}).content.decode()
    for words in (
        "Stone test challenge",
        "Inference latency p99",
        "Laptop",
        "Who may apply",
        "a draw from a committed seed",
    ):
        assert words in html, words
    assert "출처" not in html


def test_a_rule_that_drops_no_ballot_tells_of_none_dropped(db, client):
    url = worlds.open_challenge().challenge.get_absolute_url()
    korean, english = (client.get(url, headers={"accept-language": lang}).content.decode() for lang in ("ko", "en"))
    assert "모든 평가표의 평균, 소수점 4자리" in korean and "0개를 빼고" not in korean
    assert "mean of all ballots to 4 decimals" in english and "highest" not in english


@pytest.mark.parametrize("name", ["2025-on-device", "2025-vertical", "fabless", "mid-size"])
def test_the_shipped_challenges_have_a_page(name, make_organisation, client, settings, before_opening):
    text = (settings.BASE.parents[2] / "challenges" / f"{name}.yaml").read_text(encoding="utf-8")
    operator = make_organisation("operator", "진흥원")
    challenge = load_rulebook(actor=SYSTEM, operator=operator, text=text, filename=name, example=True)
    with writing("test", SYSTEM):
        Challenge.objects.within(pk=challenge.pk).update(state="announced", announced_at=challenge.opens_at)
    for language in ("ko", "en"):
        page = client.get(challenge.get_absolute_url(), headers={"accept-language": language})
        assert page.status_code == 200
        assert f"v{challenge.rulebook.version}" in page.content.decode()


def test_the_countdown_runs_only_while_open(announced, client, clock_at):
    assert "접수 시작까지" in client.get("/challenges/stone-2025/").content.decode()
    clock_at("2025-03-01 10:00")
    assert "마감까지" in client.get("/challenges/stone-2025/").content.decode()
    clock_at("2025-03-18 16:00")
    assert "마감까지" not in client.get("/challenges/stone-2025/").content.decode()


def test_a_draft_asks_the_public_to_sign_in_and_the_attempt_is_logged(scene, client, pages):
    for path in ("", "manage/", "rulebook.yaml", "rulebook-v1.yaml"):
        asked = client.get(f"/challenges/stone-2025/{path}")["Location"]
        assert asked == f"/account/login/?next=/challenges/stone-2025/{path}"
    assert AccessEntry.objects.unscoped(why="test").filter(outcome="not_visible").count() == 4
    assert pages("lead").get("/challenges/stone-2025/").status_code == 200


def test_the_rulebook_is_downloaded_as_it_was_written(announced, client, pages):
    answer = client.get("/challenges/stone-2025/rulebook.yaml")
    assert answer.content.decode() == YAML
    assert answer["ETag"] == f'"{announced.challenge.rulebook.digest}"'
    assert client.get("/challenges/stone-2025/rulebook-v7.yaml").status_code == 302


@pytest.mark.parametrize(
    ("who", "status"),
    [("manager", 200), ("coordinator", 200), ("auditor", 200), ("verifier", 200), ("lead", 403), ("rival", 403)],
)
def test_only_the_operator_sees_the_operators_page(announced, pages, who, status):
    assert pages(who).get("/challenges/stone-2025/manage/").status_code == status


@pytest.mark.parametrize("who", ["coordinator", "auditor", "lead"])
@pytest.mark.parametrize("path", ["announce", "cancel", "amend"])
def test_nobody_else_opens_the_managers_steps(scene, pages, who, path):
    assert pages(who).get(f"/challenges/stone-2025/manage/{path}/").status_code == 403
    assert pages(who).post(f"/challenges/stone-2025/manage/{path}/", {"reason": "x"}).status_code in (403, 422)
    assert scene.fresh().state == "draft"


def test_the_manager_announces_on_the_page(scene, pages):
    browser = pages("manager")
    assert "공고" in browser.get("/challenges/stone-2025/manage/").content.decode()
    answer = browser.post("/challenges/stone-2025/manage/announce/")
    assert (answer.status_code, answer["Location"]) == (302, "/challenges/stone-2025/manage/")
    assert access_challenge(PUBLIC, "stone-2025").state == "announced"


# --- loading -------------------------------------------------------------------------------------------------------


def test_a_wrong_key_on_the_upload_page_shows_line_and_remedy(scene, pages):
    bad = changed("grant: {cap: 100000000}", "grant: {capp: 100000000}")
    line = next(n for n, words in enumerate(bad.splitlines(), start=1) if words.startswith("grant:"))
    answer = pages("manager").post(
        reverse("programmes:load"), {"operator": str(scene.operator.pk), "file": upload(bad)}
    )
    assert answer.status_code == 422
    html = answer.content.decode()
    assert f"stone.yaml:{line}:" in html
    assert "capp" in html
    assert scene.fresh().rulebook.version == 1


def test_the_upload_page_loads_and_a_double_click_loads_once(scene, pages):
    new = changed("key: stone-2025", "key: fresh-2025")
    browser = pages("manager")
    form = {"operator": str(scene.operator.pk), "opens": "2025-04-02", "idempotency_key": "k1"}
    first = browser.post(reverse("programmes:load"), {**form, "file": upload(new)})
    again = browser.post(reverse("programmes:load"), {**form, "file": upload(new)})
    assert (first.status_code, first["Location"]) == (302, "/challenges/fresh-2025/manage/")
    assert again["Location"] == first["Location"]
    challenge = Challenge.objects.within(slug="fresh-2025").get()
    assert challenge.opens_at.date().isoformat() == "2025-04-02"
    assert challenge.rulebooks.count() == 1


@pytest.mark.parametrize("content", [b"\xff\xfe\x00bad", b"x" * 1_000_001, b"", b"- a\n- b\n", b"a: [1, 2"])
def test_hostile_files_are_refused_in_words(scene, pages, content):
    answer = pages("manager").post(
        reverse("programmes:load"), {"operator": str(scene.operator.pk), "file": upload(content)}
    )
    assert answer.status_code == 422
    assert "errors-title" in answer.content.decode()


def test_a_foreign_operator_cannot_be_chosen(scene, pages, make_organisation):
    other = make_organisation("operator", "다른진흥원")
    answer = pages("manager").post(reverse("programmes:load"), {"operator": str(other.pk), "file": upload(YAML)})
    assert answer.status_code == 422


@pytest.mark.parametrize("who", ["coordinator", "lead", "stranger"])
def test_nobody_else_loads(scene, pages, who):
    assert pages(who).get(reverse("programmes:load")).status_code == 403
    assert Client().get(reverse("programmes:load")).status_code == 302


# --- amending ------------------------------------------------------------------------------------------------------


def test_amending_shows_the_difference_first_and_then_publishes_it(announced, pages, client, monkeypatch, clock_at):
    from didimdol.programmes import ports

    monkeypatch.setattr(ports.applicants_of, "_answer", lambda challenge: [])
    clock_at("2025-03-01 10:00")
    browser, path = pages("manager"), "/challenges/stone-2025/manage/amend/"
    later = changed('closes: "+20d 16:00"', 'closes: "+21d 16:00"')
    preview = browser.post(path, {"file": upload(later), "reason": "더 많은 기업이 신청하도록"})
    assert preview.status_code == 200
    html = preview.content.decode()
    assert "calendar.closes" in html
    assert '<td data-label="전">' in html and '<td data-label="후"><strong>+21d 16:00' in html, "also on a phone"
    assert announced.fresh().rulebook.version == 1
    values = {name: preview.context["form"][name].value() for name in ("text", "filename", "reason", "digest")}
    assert browser.post(path, values).status_code == 302
    assert announced.fresh().rulebook.version == 2
    public = client.get("/challenges/stone-2025/").content.decode()
    assert "더 많은 기업이 신청하도록" in public
    assert client.get("/challenges/stone-2025/rulebook-v1.yaml").status_code == 200
    # What was previewed against the old rules cannot be confirmed against the new ones.
    late = browser.post(path, values)
    html = late.content.decode()
    assert late.status_code == 409 and "지금 규칙집을 내려받아" in html
    assert ">더 많은 기업이 신청하도록</textarea>" in html.replace("\n", ""), "the reason need not be written again"
    assert announced.fresh().rulebook.version == 2


def test_an_amendment_that_shortens_is_refused_on_the_page(announced, pages, clock_at):
    clock_at("2025-03-01 10:00")
    other = changed('opens: "2025-02-26 10:00"', 'opens: "2025-02-27 10:00"')
    answer = pages("manager").post("/challenges/stone-2025/manage/amend/", {"file": upload(other), "reason": "why"})
    assert answer.status_code == 422
    assert "앞당길 수 없습니다" in answer.content.decode()


# --- the list ------------------------------------------------------------------------------------------------------


def many(scene, count):
    with writing("test", SYSTEM):
        Challenge.objects.bulk_create(
            Challenge(
                programme=scene.challenge.programme,
                slug=f"many-{n}",
                name={"ko": f"챌린지 {n}", "en": f"Challenge {n}"},
                rulebook=scene.challenge.rulebook,
                state="announced",
                announced_at=scene.challenge.opens_at,
                opens_at=scene.challenge.opens_at,
                closes_at=scene.challenge.closes_at,
            )
            for n in range(count)
        )


@pytest.mark.parametrize("count", [1, 50])
def test_the_list_costs_two_queries_however_long(scene, queries, count):
    many(scene, count)
    with queries(2):
        table, current = challenge_table(PUBLIC, {})
    assert len(table.rows) == count
    assert len(current) == min(count, 6)


def test_the_list_filters_pages_and_says_when_it_is_empty(announced, client, clock_at):
    clock_at("2025-03-01 10:00")
    assert "디딤돌 시험 챌린지" in client.get("/challenges/?phase=open").content.decode()
    assert "디딤돌 시험 챌린지</a>" not in client.get("/challenges/?phase=released").content.decode()
    assert not challenge_table(PUBLIC, {"phase": "released"})[0].rows
    assert not challenge_table(PUBLIC, {"q": "없는 이름"})[0].rows
    assert challenge_table(PUBLIC, {"q": "디딤돌"})[0].rows
    many(announced, 3)
    first = challenge_table(PUBLIC, {}, size=2)[0]
    second = challenge_table(PUBLIC, {"after": first.next}, size=2)[0]
    names = {row["name"].url for row in (*first.rows, *second.rows)}
    assert len(names) == 4
    assert client.get("/challenges/?after=nonsense").status_code == 422
    assert client.get("/challenges/?q=%00").status_code == 400
