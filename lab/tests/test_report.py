"""Evidence for people, as they get it: `didimdol-lab report` to a page, a PDF and a suite of tests."""

from __future__ import annotations

import re
import sys
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pypdf import PdfReader

from didimdol_lab.cli import main
from didimdol_lab.contract import Measurement, Metric, Runtime, judge
from didimdol_lab.contract.plan import UNTRIED
from didimdol_lab.evidence import make
from didimdol_lab.evidence.keys import Signer
from didimdol_lab.evidence.names import METRICS, runtime_name
from test_evidence import MODEL, PLAN, card, criterion, measurement

SIGNER = Signer(Ed25519PrivateKey.generate())
HOSTILE = "<img src=x onerror=alert(1)>/#panic()/*$x$_y_"
LIMITS = [
    criterion(),
    criterion(key="tight", threshold="2.000006"),
    criterion(key="keeps", metric="sustained_latency", statistic="value", threshold=3),
]
CHANGES: dict[str, Any] = {
    "runtime": "openvino-npu",
    "warm_load_ms": [4.25, 4.5, 4.75],
    "memory_phases": {
        "start": 31_000_000,
        "loaded": 52_000_000,
        "first": 63_000_000,
        "measured": 70_000_000,
    },
    "placement": {"units": {"NPU": 37, "CPU": 2}, "fallbacks": {"NonMaxSuppression": 2}},
    "layers": [{"name": HOSTILE, "operator": "Conv", "unit": "NPU", "ns": 1_234_567}],
    "sustained": [{"p50_ns": 2_000_000 + 100_000 * n, "samples": 900} for n in range(4)],
    "differences": [
        {"output": "scores", "max_abs": 0.00125, "cosine": 0.999875},
        {"output": "boxes", "max_abs": 1e308},
    ],
    "accuracy": {"correct": 526, "total": 540},
    "energy_uj_per_inference": 12_500,
    "interference": {"foreign_cpu_share": 0.034, "involuntary_switches": 7, "involuntary_share": 0.01},
}


@pytest.fixture
def given(tmp_path: Path) -> Path:
    path = tmp_path / "evidence.zip"
    path.write_bytes(make(measurement(**CHANGES), card(), PLAN, LIMITS, SIGNER))
    return path


def read(path: Path) -> str:
    """The words of a page or a PDF, without marks and without line ends."""
    if path.suffix == ".pdf":
        words = " ".join(page.extract_text() for page in PdfReader(path).pages)
    else:
        words = unescape(re.sub(r"<(style|title)>.*?</\1>|<[^>]*>", " ", path.read_text(encoding="utf-8")))
    return re.sub(r"\s+", " ", words)


def report(given: Path, kind: str, lang: str = "en") -> Path:
    out = given.with_name(f"{lang}.{kind}")
    assert (
        main(["report", str(given), f"--{kind}", str(out), "--lang", lang]) == 3
    )  # one criterion is undecided
    return out


# --- the same on screen and on paper -------------------------------------------------------------------------------

SAID = {
    "en": (
        "This measurement does not decide.",
        "No other body confirms the measurement.",
        "Inference latency p50 ≤ 5 ms",
        "Undecided",
        "Cold load 10.2, 10.5, 11.0 ms",
        "Warm load 4.2, 4.5, 4.8 ms",
        "Memory: Loaded 52.0 MB",
        "12.500 mJ",
        "526 / 540 = 97.41%",
        "scores 0.00125 0.999875",
        "boxes not comparable –",
        "NPU 37",
        "Left to the CPU: NonMaxSuppression × 2",
        "Conv NPU 1.235 ms",
        "2.000 ms in the first, 2.300 ms in the slowest",
        "OpenVINO, NPU (untested adapter)",
        "3.4% (limit 10.0%)",
        "The signature of key",
        "Another device, driver or temperature may differ.",
    ),
    "ko": (
        "이 측정만으로는 판정할 수 없습니다.",
        "다른 기관이 확인한 측정이 아닙니다.",
        "추론 지연 시간 p50 ≤ 5 ms",
        "판정 불가",
        "처음 불러오기 10.2, 10.5, 11.0 ms",
        "메모리: 불러온 뒤 52.0 MB",
        "12.500 mJ",
        "526 / 540 = 97.41%",
        "boxes 견줄 수 없음 –",
        "가속기가 맡지 못해 CPU에 남은 연산자: NonMaxSuppression × 2",
        "OpenVINO, NPU (실물 장비로 확인하지 못한 어댑터)",
        "열쇠의 서명이 맞습니다.",
        "다른 온도에서는 다를 수 있습니다.",
    ),
}


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("kind", ["html", "pdf"])
def test_it_says_what_was_measured_on_what_and_how_far_to_trust_it(given: Path, kind: str, lang: str) -> None:
    words = read(report(given, kind, lang))
    for said in (*SAID[lang], MODEL[:40], SIGNER.key_id):
        assert said in words, said
    assert "2.3 ms" in words  # the worst minute, beside its criterion


def test_the_hash_can_be_copied_from_the_paper(given: Path) -> None:
    """Nothing invisible stands between the characters of a broken word."""
    words = " ".join(page.extract_text() for page in PdfReader(report(given, "pdf")).pages)
    assert MODEL in words.replace("\n", "")
    assert not set(words) & set("\u200b\u00ad\ufeff")


def test_what_a_model_names_its_layers_is_text_and_nothing_else(given: Path) -> None:
    page = report(given, "html").read_text(encoding="utf-8")
    assert "<img" not in page
    assert HOSTILE in read(given.with_name("en.html"))
    paper = read(report(given, "pdf"))
    assert "".join(HOSTILE.split()) in "".join(paper.split())  # broken where a column ends


def test_a_page_asks_nothing_from_outside_and_a_pdf_carries_its_font(given: Path) -> None:
    page = report(given, "html").read_text(encoding="utf-8")
    assert not re.search(r"https?:|url\(|@import|<script|<link|\ssrc=['\"]", page)
    for leaf in PdfReader(report(given, "pdf", "ko")).pages:
        assert "/Annots" not in leaf
        for font in leaf["/Resources"]["/Font"].values():
            descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & set(descriptor)


def test_limits_are_marked_in_the_pictures(given: Path) -> None:
    page = report(given, "html").read_text(encoding="utf-8")
    pictures = re.findall(r"<svg.*?</svg>", page)
    assert [len(re.findall(r"<line class=.limit", picture)) for picture in pictures] == [2, 1]
    assert ["tight: 2.00001 ms" in picture for picture in pictures] == [True, False]
    assert pictures[1].count("<circle") == 4


def test_the_same_evidence_gives_the_same_paper(given: Path) -> None:
    first = report(given, "pdf").read_bytes()
    assert report(given, "pdf").read_bytes() == first


# --- what is not told ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["html", "pdf"])
def test_a_simulators_times_are_no_times(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "evidence.zip"
    told = {**CHANGES, "runtime": "qnn-simulator", "assurance": "simulated"}
    path.write_bytes(make(measurement(**told), card(), PLAN, LIMITS, SIGNER, assurance="simulated"))
    words = read(report(path, kind))
    assert "Times and memory are not those of the chip, and are not shown." in words
    assert "NPU 37" in words
    for figure in ("2.000 ms", "10.2, 10.5", "70.0 MB", "1.235 ms", "2.3 ms", "Distribution of the latency"):
        assert figure not in words, figure


def test_without_the_facts_their_sections_are_not_there(tmp_path: Path) -> None:
    path = tmp_path / "evidence.zip"
    path.write_bytes(make(measurement(), card(), PLAN, [], SIGNER))
    page = tmp_path / "page.html"
    assert main(["report", str(path), "--html", str(page), "--lang", "en"]) == 0
    words = read(page)
    assert "Figures without criteria: no verdict." in words
    assert "The speed in a long run without pauses was not measured." in words
    assert "Energy per inference not measured" in words
    for title in ("Sustained run", "Where it runs", "differences to the reference", "untested"):
        assert title not in words


def test_a_disturbed_run_says_so_on_top(tmp_path: Path) -> None:
    path = tmp_path / "evidence.zip"
    told = measurement(validity="invalid", invalid_reasons=["foreign CPU share 0.4 > 0.1"])
    path.write_bytes(make(told, card(), PLAN, LIMITS[:1], SIGNER))
    words = read(report(path, "pdf"))
    assert "Other work disturbed the run: times decide nothing. foreign CPU share 0.4 > 0.1" in words


def test_no_paper_of_what_is_not_genuine(given: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given.write_bytes(given.read_bytes()[:-9])
    out = given.with_name("out.pdf")
    assert main(["report", str(given), "--pdf", str(out)]) == 1
    assert not out.exists()
    assert "✗" in capsys.readouterr().err


def test_without_typst_it_says_what_to_install(
    given: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    assert main(["report", str(given), "--pdf", str(given.with_name("out.pdf")), "--lang", "en"]) == 1
    assert "didimdol-lab[pdf]" in capsys.readouterr().err


# --- names ---------------------------------------------------------------------------------------------------------


def test_every_metric_and_runtime_has_a_name_and_the_untried_say_so() -> None:
    assert set(METRICS) == set(Metric)
    for runtime in Runtime:
        name = runtime_name(runtime)
        assert name["en"] != runtime.value
        assert ("untested adapter" in name["en"], "확인하지 못한 어댑터" in name["ko"]) == (
            runtime in UNTRIED,
        ) * 2


def test_outputs_that_cannot_be_compared_are_judged_and_fail() -> None:
    apart = Measurement.model_validate(
        {**measurement().model_dump(), "differences": [{"output": "y", "max_abs": 1e308}]}
    )
    limit = criterion(metric="output_difference", statistic="value", threshold="0.5", unit="1")
    assert judge(limit, apart).verdict == "fail"
    assert "e+308 breaks" in judge(limit, apart).reason["en"].lower()


def test_a_pdf_is_a_pdf(given: Path) -> None:
    found = PdfReader(BytesIO(report(given, "pdf").read_bytes()))
    assert found.metadata is not None
    assert found.metadata.title == "Evidence of a measurement"
