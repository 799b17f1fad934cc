"""The walls, tried from inside, with bubblewrap and without it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import hostile_models as h
from didimdol_lab import sandbox
from didimdol_lab.contract import Limits
from didimdol_lab.refusals import CATALOGUE, Refused, refuse, shown
from didimdol_lab.sandbox import bubblewrap, cgroup, running, supervision

WAYS = [False, True] if bubblewrap.working_program() else [False]
EVERY_WALL = {f"denied:{name}" for name in ("file", "network", "fork", "memory", "environment")}


@pytest.mark.parametrize("wrapped", WAYS)
def test_every_wall_holds(wrapped: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_THE_PARENT", "x")
    outcome = sandbox.run("probe", {}, files={}, limits=Limits(), use_bubblewrap=wrapped)
    assert set(outcome.layers) >= EVERY_WALL
    assert ("bubblewrap" in outcome.layers) is wrapped
    assert "seccomp" in outcome.layers
    assert "rlimits" in outcome.layers


@pytest.mark.parametrize("wrapped", WAYS)
def test_a_model_is_inspected_behind_the_walls(wrapped: bool, tmp_path: Path) -> None:
    path = h.save(h.good(), tmp_path / "m.onnx")
    request = {"max_nodes": 10, "max_depth": 8, "max_name": 200}
    outcome = sandbox.run(
        "inspect", request, files={"model.onnx": path}, limits=Limits(), use_bubblewrap=wrapped
    )
    assert outcome.body["nodes"] == 1


def test_probes_see_an_open_process() -> None:
    """Outside the sandbox the same probes must report that nothing is denied."""
    code = (
        "import socket; from didimdol_lab.child import probes\n"
        "s = socket.create_server(('127.0.0.1', 0))\n"
        "print(probes.held(s.getsockname()[1], 1 << 20))"
    )
    environment = {**os.environ, "SOMETHING": "x"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == "[]"


def test_a_sandbox_without_network_wall_is_refused() -> None:
    listener = running._Listener(None)
    listener(b'{"type":"layers","mechanisms":["rlimits"],"held":["file","memory"]}')
    with pytest.raises(Refused) as caught:
        running._conclude(listener, supervision.Ended(0, None, ""), Limits(), 1, [])
    assert caught.value.refusal.code == "sandbox_incomplete"
    assert caught.value.refusal.detail["missing"] == "network"


@pytest.mark.parametrize(
    "line",
    [
        b"not json",
        b'{"type":"result","body":{}}',
        b'{"type":"progress","phase":"measuring","done":-1,"total":1}',
        b'{"type":"shout"}',
    ],
)
def test_a_lying_child_is_stopped(line: bytes) -> None:
    with pytest.raises(supervision.Stop):
        running._Listener(None)(line)


def test_walls_are_reported_once_only() -> None:
    listener = running._Listener(None)
    listener(b'{"type":"layers","mechanisms":[],"held":[]}')
    with pytest.raises(supervision.Stop):
        listener(b'{"type":"layers","mechanisms":[],"held":["file","network","memory"]}')


def test_bytes_are_taken_only_where_they_were_asked_for() -> None:
    layers = b'{"type":"layers","mechanisms":[],"held":[]}'
    unasked = running._Listener(None)
    unasked(layers)
    with pytest.raises(supervision.Stop):
        unasked(b'{"type":"piece","data":"AAEC"}')
    pieces: list[bytes] = []
    listener = running._Listener(None, pieces.append)
    listener(layers)
    listener(b'{"type":"piece","data":"AAEC"}')
    assert pieces == [b"\0\1\2"]
    with pytest.raises(supervision.Stop):
        listener(b'{"type":"piece","data":"%%"}')


def watch(code: str, seconds: float = 30, cancel: threading.Event | None = None) -> supervision.Ended:
    return supervision.watch(
        [sys.executable, "-S", "-c", code],
        environment={},
        request=b"",
        seconds=seconds,
        on_line=lambda line: None,
        cancel=cancel,
    )


def groups() -> list[Path]:
    return [*cgroup.ROOT.glob(f"**/didimdol-lab-{os.getpid()}-*")]


def test_memory_is_capped_by_pages_where_a_group_may_be_made() -> None:
    with cgroup.cage(64) as inside:
        if not inside:
            pytest.skip("no control group may be made here")
        ended = supervision.watch(
            [*inside, sys.executable, "-S", "-c", "bytearray(400_000_000)"],
            environment={},
            request=b"",
            seconds=60,
            on_line=lambda line: None,
        )
    assert ended.code == -9
    outcome = sandbox.run("probe", {}, files={}, limits=Limits())
    assert cgroup.LAYER in outcome.layers
    assert groups() == []


def test_without_a_group_nothing_is_put_before_the_command(tmp_path: Path) -> None:
    with cgroup.cage(64, root=tmp_path) as inside:
        assert inside == []
    assert list(tmp_path.iterdir()) == []


def test_output_is_capped() -> None:
    flood = "import os\nwhile True: os.write(1, b'x' * 65536)"
    assert watch(flood).stop == "output_limit"
    lines = "import os\nwhile True: os.write(1, b'x' * 1000 + b'\\n')"
    assert watch(lines).stop == "output_limit"


def test_time_is_capped_and_the_group_dies() -> None:
    ended = watch("while True: pass", seconds=0.2)
    assert ended.stop == "time_limit"
    assert ended.code == -9


def test_cancel_stops_a_child() -> None:
    cancel = threading.Event()
    cancel.set()
    assert watch("while True: pass", cancel=cancel).stop == "cancelled"


def test_every_refusal_speaks_both_languages() -> None:
    for code in CATALOGUE:
        refusal = refuse(code).refusal
        assert refusal.code == code
        for text in (refusal.message, refusal.remedy):
            assert any("가" <= letter <= "힣" for letter in text["ko"])
            assert text["en"].isascii()


def test_untrusted_text_is_escaped() -> None:
    assert shown("<b>\x1b[31m\u202e가") == "\\u003cb\\u003e\\u001b[31m\\u202e가"
    assert len(shown("x" * 1000)) == 201
