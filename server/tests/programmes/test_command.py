from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from didimdol.programmes.models import Challenge
from didimdol.programmes.rulebook import parse
from server.tests.programmes.samples import YAML, changed


@pytest.fixture
def rulebook(tmp_path):
    def write(text=YAML, name="stone.yaml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def run(*words):
    out = StringIO()
    call_command("challenge", *words, stdout=out)
    return out.getvalue()


def test_check_names_the_challenge_its_digest_and_what_is_assumed(rulebook):
    said = run("check", rulebook())
    assert "디딤돌 시험 챌린지" in said
    assert parse(YAML).digest in said
    assert "2025-02-26 10:00 – 2025-03-18 16:00 KST" in said
    assert "grant.cap" in said


def test_check_says_file_line_column_and_remedy_for_a_wrong_key(rulebook):
    bad = changed("grant: {cap: 100000000}", "grant: {capp: 100000000}")
    line = next(n for n, words in enumerate(bad.splitlines(), start=1) if words.startswith("grant:"))
    path = rulebook(bad)
    with pytest.raises(CommandError) as refused:
        run("check", path)
    said = str(refused.value)
    assert f"{path}:{line}:" in said
    assert "capp" in said
    assert "→" in said
    with pytest.raises(CommandError, match="to correct"):
        run("check", path, "--lang", "en")


def test_check_of_a_missing_or_binary_file_says_so(tmp_path):
    with pytest.raises(CommandError, match="열 수 없습니다"):
        run("check", str(tmp_path / "none.yaml"))
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CommandError, match="UTF-8"):
        run("check", str(tmp_path / "binary.yaml"))


def test_load_makes_operator_and_challenge_and_is_repeatable(db, rulebook):
    path = rulebook()
    assert "v1" in run("load", path, "--opens", "2025-04-02")
    assert "v1" in run("load", path, "--opens", "2025-04-02")
    challenge = Challenge.objects.within(slug="stone-2025").get()
    assert challenge.programme.operator.name["ko"] == "디딤돌진흥원"
    assert challenge.programme.operator.example
    assert challenge.opens_at.date().isoformat() == "2025-04-02"


def test_load_as_a_person_goes_by_their_roles(scene, rulebook):
    path = rulebook(changed("cap: 100000000", "cap: 90000000"))
    assert "v2" in run("load", path, "--as", scene.people["manager"].email)
    with pytest.raises(CommandError, match="운영하는 기관"):
        run("load", path, "--as", scene.people["lead"].email)
    with pytest.raises(CommandError, match=r"nobody@example\.kr"):
        run("load", path, "--as", "nobody@example.kr")
    with pytest.raises(CommandError, match="없는곳"):
        run("load", rulebook(changed("key: stone-2025", "key: x-2025")), "--operator", "없는곳")


def test_what_is_exported_means_the_same(scene, rulebook):
    written = run("export", "stone-2025")
    assert parse(written).digest == scene.challenge.rulebook.digest
    assert parse(run("export", rulebook())).digest == scene.challenge.rulebook.digest
    with pytest.raises(CommandError, match="nothing-here"):
        run("export", "nothing-here")


def test_diff_compares_files_and_the_loaded_rules(scene, rulebook):
    path = rulebook(changed("cap: 100000000", "cap: 90000000"))
    said = run("diff", path)
    assert "grant.cap: '100,000,000' → '90,000,000'" in said
    assert "신청한 기업에 알려야" in said
    assert run("diff", rulebook(YAML, "same.yaml")).strip() == "="
    assert "90,000,000" in run("diff", rulebook(YAML, "same.yaml"), path)
