"""What the people of the demo write: demands, answers, documents and comments, in Korean as it would be."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Protocol

import didimdol
from didimdol.demands.content import Content
from didimdol.demands.models import Demand
from didimdol.kernel import clock
from didimdol.kernel.words import text
from didimdol.people.models import Person
from didimdol.programmes.models import Challenge, Field
from didimdol.rehearsal import shipped
from didimdol.rehearsal.cast import Company
from didimdol_lab.contract import Criterion, DeviceProfile

COMMENTS = (
    "측정 결과가 주장과 거의 일치하며, 목표 기기에서의 동작을 구체적으로 설명하였음.",
    "문제 정의가 명확하나 양산 단계의 품질 관리 계획을 보완할 필요가 있음.",
    "사업부의 일정과 맞물린 실증 계획이 현실적이며 인력 구성이 적절함.",
    "경쟁 기술과의 차이를 수치로 보였고, 지식재산 확보 계획이 타당함.",
    "메모리 여유가 크지 않아 다른 기능과 함께 동작할 때의 검증이 필요함.",
)


class Writer(Protocol):
    """Whoever applies: what the answers and documents are made of."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def idea(self) -> str: ...


def criterion(key: str, metric: str, statistic: str, comparison: str, threshold: str, unit: str) -> Criterion:
    return Criterion.model_validate(
        {
            "key": key,
            "metric": metric,
            "statistic": statistic,
            "comparison": comparison,
            "threshold": Decimal(threshold),
            "unit": unit,
        }
    )


def demands(
    fields: Mapping[str, Field], owner: Person, challenge: Challenge, labels: list[str]
) -> Iterator[tuple[str, Field, Content, IO[bytes] | None]]:
    """Two demands that models of the demo can really be measured against."""
    decision = (clock.now() + timedelta(days=300)).date()
    device = DeviceProfile(name="CPU 기준 장비", labels=labels, memory_mb=2000, chip="x86-64 CPU, 1 thread", threads=1)
    shared: dict[str, Any] = {
        "device": device,
        "budget_owner": owner,
        "decision_on": decision,
        "people_offered": text(
            "사업부 책임연구원 2명, 주 8시간", "Two senior researchers of the business unit, 8 hours a week"
        ),
        "terms": text(
            "개발한 모델의 권리는 창업기업에 있으며, 사업부는 실증 기간에 시험 목적으로만 사용합니다. 제출 자료는 평가와 실증 밖에서 쓰지 않습니다.",
            "Rights in the model stay with the startup; the business unit uses it for tests during the PoC only. Nothing handed in is used outside evaluation and PoC.",
        ),
    }
    yield (
        "voice",
        _field(fields, "tv"),
        Content(
            title=text("상시 청취용 음성 구간 검출", "Always-on voice activity detection"),
            problem=text(
                "TV가 꺼진 대기 상태에서 사람의 말소리를 기다리려면 보조 코어만으로 끊김 없이 판별해야 합니다. 32밀리초 프레임마다 5밀리초 안에 판단이 끝나야 하며, "
                "다른 기능과 메모리를 나누어 쓰므로 프로세스 전체가 200MB를 넘지 않아야 합니다.",
                "In standby the TV waits for speech on its auxiliary core. Each 32 ms frame must be judged within 5 ms, and the whole process must stay "
                "below 200 MB because memory is shared with other functions.",
            ),
            criteria=(
                criterion("latency_p90", "latency", "p90", "<=", "5", "ms"),
                criterion("latency_p99", "latency", "p99", "<=", "15", "ms"),
                criterion("peak_memory", "peak_memory", "value", "<=", "200", "MB"),
                criterion("model_size", "model_size", "value", "<=", "2", "MB"),
            ),
            data_offered=text(
                "거실 소음 녹음 40시간(비밀유지 후 제공)", "40 hours of living-room noise (under confidentiality)"
            ),
            **shared,
        ),
        None,
    )
    yield (
        "file",
        _field(fields, "laptop"),
        Content(
            title=text("기기 안에서 파일의 참 형식 판별", "Telling a file's true type on the device"),
            problem=text(
                "USB나 내려받기로 들어온 파일은 확장자를 속이는 경우가 많습니다. 파일을 기기 밖으로 보내지 않고 30밀리초 안에 형식을 판별하여 위장 파일을 걸러야 합니다.",
                "Files that arrive by USB or download often lie about their type. Their true type must be told within 30 ms without the file leaving the device.",
            ),
            criteria=(
                criterion("latency_p90", "latency", "p90", "<=", "30", "ms"),
                criterion("peak_memory", "peak_memory", "value", "<=", "250", "MB"),
                criterion("model_size", "model_size", "value", "<=", "5", "MB"),
                criterion("accuracy", "accuracy", "value", ">=", "75", "%"),
            ),
            dataset_note=text(
                "기기 안의 실제 파일을 형식별로 모은 것으로, 이름의 확장자를 정답으로 삼았습니다.",
                "Real files of a device, gathered by type; the ending of the name is the label.",
            ),
            **shared,
        ),
        io.BytesIO(dataset()),
    )


def dataset() -> bytes:
    """From files that stand on every machine that runs this: our own sources and those of two libraries."""
    import django
    import numpy

    return shipped.file_type_dataset([Path(str(m.__file__)).parent for m in (didimdol, django, numpy)])


def _field(fields: Mapping[str, Field], like: str) -> Field:
    return next((f for key, f in fields.items() if like in key), next(iter(fields.values())))


def business_number(serial: str) -> str:
    """Ten digits with a right check digit, of tax-office code 000, which is not issued."""
    body = f"00086{serial}"
    digits = [int(d) for d in body]
    total = sum(d * w for d, w in zip(digits, (1, 3, 7, 1, 3, 7, 1, 3, 5), strict=True)) + digits[8] * 5 // 10
    return f"{body}{(10 - total % 10) % 10}"


def claims(demand: Demand, startup: Company) -> dict[str, str]:
    keys = {c["key"] for c in demand.criteria}
    return {key: value for key, value in startup.claims.items() if key in keys}


def eligibility(rulebook: Any) -> dict[str, bool]:
    return {q.key: q.required for q in rulebook.eligibility.questions}


def consents(rulebook: Any) -> dict[str, str]:
    return {c.key: c.version for c in rulebook.consents}


def answers(rulebook: Any, startup: Writer) -> dict[str, Any]:
    """An answer to every question that must be answered."""
    return {q.key: _answer(q, startup) for q in rulebook.form.questions if q.required and q.type != "file"}


def _answer(question: Any, startup: Writer) -> Any:
    match question.type:
        case "text":
            return startup.title[: question.longest]
        case "long_text":
            said = (
                f"{startup.idea} ‘{question.label.ko}’에 관하여: 목표 기기에서 실제로 돌려 본 결과를 근거로 계획을 세웠으며, "
                f"사업부와 2주 간격으로 결과를 확인하면서 모델의 크기와 지연시간을 함께 줄여 가겠습니다."
            )
            return said[: question.longest]
        case "number" | "money":
            least = question.minimum or 0
            most = question.maximum if question.maximum is not None else least + 50_000_000
            return min(most, max(least, 50_000_000 if question.type == "money" else 8))
        case "choice":
            return question.options[0].key
        case "multi_choice":
            return [question.options[0].key]
        case "date":
            return "2025-03-10"
        case "url":
            return "https://startup.example/"
        case "boolean":
            return True
    raise ValueError(f"no sample answer for a question of type {question.type!r}")


def documents(rulebook: Any, startup: Writer) -> Iterator[tuple[str, IO[bytes], str]]:
    """A small document for every one that must come with the application."""
    for rule in rulebook.documents:
        if rule.required and rule.when == "application":
            suffix = "pdf" if "pdf" in rule.formats else rule.formats[0]
            yield rule.key, io.BytesIO(page(f"{startup.name} {rule.name.ko}")), f"{startup.name}-{rule.key}.{suffix}"


def page(title: str) -> bytes:
    """A valid PDF of one empty page whose title says what it is."""
    named = title.encode("utf-16-be").hex().upper()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
        f"<< /Title <FEFF{named}> >>".encode(),
    ]
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n")
    starts = []
    for number, body in enumerate(objects, start=1):
        starts.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % start for start in starts)
    out.write(b"trailer << /Size %d /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table))
    return out.getvalue()
