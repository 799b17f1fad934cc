"""The section about panel sizes as a page shows it: a sentence, a chart and its table, by stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from didimdol.design.parts import Column, Table
from didimdol.kernel.words import Text, pick, text
from didimdol.rehearsal.chance import WORLDS, percent

LEFT, RIGHT, TOP, FLOOR = 40.0, 370.0, 26.0, 176.0
APART = 13.0  # between two letters
LETTERS: tuple[Text, ...] = (text("가", "A"), text("나", "B"), text("다", "C"))


@dataclass(frozen=True, slots=True)
class Curve:
    """One assumption: points of its line, and where its letter stands."""

    number: int
    letter: str
    points: str
    dots: list[tuple[str, str]]
    label_y: str


@dataclass(frozen=True, slots=True)
class Figure:
    """In a viewBox 400 × 210. ``ticks``: (x, size). ``lines``: (y, share) of the grid."""

    curves: list[Curve]
    ticks: list[tuple[str, int]]
    grid: list[tuple[str, str]]
    luck: str
    designed: str | None
    designed_end: str  # where its word begins: "start" near the left edge, else "middle"


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    lead: str
    figure: Figure
    table: Table
    worlds: list[tuple[str, str]]


def sections(entries: Sequence[dict[str, Any]]) -> list[Section]:
    worlds = [(pick(letter), pick(world)) for letter, world in zip(LETTERS, WORLDS, strict=True)]
    return [
        Section(pick(entry["stage_name"]), pick(lead(entry)), figure(entry), table(entry), worlds) for entry in entries
    ]


def lead(entry: dict[str, Any]) -> Text:
    """서류평가: 신청 150건 가운데 30건, 위원 7명(전문가 4, 수요기업 3)."""
    kinds = {
        lang: ", ".join(f"{pick(kind['name'], lang)} {kind['seats']}" for kind in entry["kinds"])
        for lang in ("ko", "en")
    }
    return text(
        f"신청 {entry['applications']}건 가운데 {entry['places']}건을 위원 {entry['seats']}명({kinds['ko']})이 고릅니다. 추첨이라면 {percent(entry['luck'])}가 같습니다.",
        f"{entry['places']} of {entry['applications']} are chosen by panels of {entry['seats']} ({kinds['en']}). Before a mere draw, {percent(entry['luck'])} would be the same.",
    )


def shares(entry: dict[str, Any], world: int) -> list[tuple[int, float]]:
    return [(line["seats"], line["holds"]) for line in entry["lines"] if line["world"] == world]


def figure(entry: dict[str, Any]) -> Figure:
    sizes = sorted({line["seats"] for line in entry["lines"]})
    span = max(1, sizes[-1] - sizes[0])

    def x(size: int) -> str:
        return f"{LEFT + (RIGHT - LEFT) * (size - sizes[0]) / span:.1f}"

    def y(share: float) -> str:
        return f"{FLOOR - (FLOOR - TOP) * share:.1f}"

    ends = {world: float(y(shares(entry, world)[-1][1])) for world in range(len(WORLDS))}
    labels: dict[int, float] = {}
    below = -APART
    for world in sorted(ends, key=lambda world: (ends[world], world)):
        labels[world] = below = max(ends[world], below + APART)
    curves = []
    for world, letter in enumerate(LETTERS):
        dots = [(x(size), y(share)) for size, share in shares(entry, world)]
        points = " ".join(f"{at},{height}" for at, height in dots)
        curves.append(Curve(world + 1, pick(letter), points, dots, f"{labels[world] + 4:.1f}"))
    return Figure(
        curves=curves,
        ticks=[(x(size), size) for size in sizes],
        grid=[(y(share), f"{share:.0%}") for share in (0.0, 0.25, 0.5, 0.75, 1.0)],
        luck=y(entry["luck"]),
        designed=x(entry["seats"]) if entry["seats"] in sizes else None,
        designed_end="start" if entry["seats"] == sizes[0] else "middle",
    )


def table(entry: dict[str, Any]) -> Table:
    planned = pick(text("계획", "planned"))
    by_size: dict[int, dict[str, Any]] = {}
    for world in range(len(WORLDS)):
        for size, share in shares(entry, world):
            label = f"{size} ({planned})" if size == entry["seats"] else str(size)
            by_size.setdefault(size, {"seats": label})[f"w{world}"] = percent(share)
    return Table(
        columns=[
            Column("seats", pick(text("신청마다 위원", "Evaluators each")), head=True),
            *(Column(f"w{world}", pick(letter), number=True) for world, letter in enumerate(LETTERS)),
        ],
        rows=[by_size[size] for size in sorted(by_size)],
        caption=pick(
            text("다른 위원이 평가하였어도 같았을 자리", "Places that would be the same before other evaluators")
        ),
        show_caption=False,
    )
