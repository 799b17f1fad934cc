"""The command: wrong use, its scratch database, and what the terminal shows."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from didimdol.kernel.words import pick, text
from didimdol.rehearsal import scratch as scratching
from didimdol.rehearsal.management.commands import rehearse
from didimdol.rehearsal.models import RehearsalReport
from didimdol.rehearsal.printing import Screen
from didimdol.rehearsal.scratch import PREFIX, scratch
from server.tests.rehearsal.test_pages import sample
from server.tests.worlds import small_rulebook


def run(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("rehearse", *arguments, stdout=out)
    return int(str(ended.value.code)), out.getvalue()


def server_url() -> str:
    return os.environ["DATABASE_URL"]


def databases() -> set[str]:
    with psycopg.connect(scratching._named(server_url(), "postgres")) as admin:
        found = admin.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{PREFIX}%"]).fetchall()
    return {str(name) for (name,) in found}


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    code, said = run(str(tmp_path / "none.yaml"), "--language", "en")
    assert code == 2 and "cannot be read" in said


def test_a_broken_rulebook_is_wrong_use_with_line_and_remedy(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(small_rulebook().replace("closes: +20d 16:00", "closes: +2d 16:00"))
    code, said = run(str(path))
    assert code == 2 and "접수 기간이 2일" in said


@pytest.mark.parametrize("arguments", [("--applicants", "0"), ("--applicants", "many"), ("--language", "fr")])
def test_wrong_arguments(arguments: tuple[str, str]) -> None:
    with pytest.raises(CommandError):
        call_command("rehearse", "x.yaml", *arguments)


def test_the_scratch_database_is_gone_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratching, "_migrate", lambda made: None)
    before = databases()
    with scratch(tmp_path) as made:
        (name,) = databases() - before
        assert name in made.url and made.environment()["DATABASE_URL"] == made.url
        assert made.folder.is_dir()
    assert databases() == before and not made.folder.exists()
    with pytest.raises(KeyboardInterrupt), scratch(tmp_path) as made:
        held = psycopg.connect(made.url)  # somebody still has it open
        raise KeyboardInterrupt
    held.close()
    assert databases() == before


def test_what_a_killed_rehearsal_left_is_removed_by_a_later_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratching, "_migrate", lambda made: None)
    forgotten = f"{PREFIX}1000000000_abcdef"
    with psycopg.connect(scratching._named(server_url(), "postgres"), autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{forgotten}"')
    with scratch(tmp_path):
        assert forgotten not in databases()


def test_the_inside_refuses_any_other_database(tmp_path: Path) -> None:
    name = connection.settings_dict["NAME"]
    done = subprocess.run(
        [sys.executable, "-m", "didimdol.rehearsal.inside", "spec.json", "report.json"],
        env={**os.environ, "DATABASE_URL": scratching._named(server_url(), name), "DIDIMDOL_VAR": str(tmp_path),
             "DJANGO_SETTINGS_MODULE": "didimdol.conf.settings"},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 2 and "no rehearsal's database" in done.stderr


def test_no_server_at_the_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://nobody@/none?host={tmp_path}")
    path = tmp_path / "small.yaml"
    path.write_text(small_rulebook())
    code, said = run(str(path), "--language", "en")
    assert code == 2 and "does not answer" in said


@pytest.mark.django_db
@pytest.mark.parametrize(("whole", "code"), [(True, 0), (False, 1)])
def test_the_report_is_shown_written_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_person: Any, make_organisation: Any, grant: Any,
    whole: bool, code: int,
) -> None:  # fmt: skip
    grant(make_person(), make_organisation("operator", "모의 운영기관", "Rehearsing agency"), "manager")
    report = {**sample(whole=whole), "started_at": "2026-11-23T10:00:00+00:00"}
    monkeypatch.setattr(rehearse.Command, "play", lambda self, spec: report)
    rulebook, written = tmp_path / "small.yaml", tmp_path / "report.json"
    rulebook.write_text(small_rulebook())
    ended, said = run(str(rulebook), "--report", str(written))
    assert ended == code
    assert "작은 챌린지" in said and "평가위원의 부담" in said and "지원금" in said
    assert written.exists()
    assert RehearsalReport.objects.unscoped(why="a test").get().get_absolute_url() in said


@pytest.mark.parametrize("lang", ["ko", "en"])
def test_progress(lang: str) -> None:
    out = io.StringIO()
    screen = Screen(lang, out)
    label, note = text("공고", "Notice"), text("열림", "Open")
    screen.show({"event": "way", "steps": [{}, {}]})
    screen.show({"event": "begin", "key": "announce", "label": label})
    screen.show({"event": "progress", "key": "announce", "done": 1, "total": 2})
    screen.show({"event": "end", "key": "announce", "label": label, "state": "done", "seconds": 1.5, "note": note})
    said = out.getvalue()
    assert pick(label, lang) in said and pick(note, lang) in said and "1.5 s" in said
    assert "1/2" not in said  # not into a file
