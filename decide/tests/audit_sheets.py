"""Score sheets as Korean agencies keep them, clean or with planted errors; calculated here, by other means than the product."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN}
ITEMS = [("기술성", 40), ("사업성", 35), ("실현가능성", 25)]
WORDS = [("선정", "예비", "미선정"), ("O", "예비", "X"), ("선정", "예비1", "탈락")]


def quantized(value: Fraction, places: int, mode: str) -> Decimal:
    with localcontext() as context:
        context.prec = 60
        return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(
            Decimal(1).scaleb(-places), MODES[mode]
        )


def mean(values: list[Any]) -> Fraction:
    return sum((Fraction(value) for value in values), Fraction(0)) / len(values)


@dataclass
class App:
    """One application. ballots: evaluator -> items' points (one where the sheet shows totals), None: recused."""

    name: str
    sheet: str
    ballots: list[list[Decimal] | None]
    bonus: Decimal
    right: dict[str, Any] = field(default_factory=dict)
    at: dict[Any, tuple[int, int]] = field(default_factory=dict)


class Book:
    """A random workbook with its rule. `shown`: what stands in each cell; `planted`: (cell, kind) to be found."""

    def __init__(self, seed: int) -> None:
        pick = self.pick = random.Random(seed)
        self.layout = pick.choice(["totals", "items", "long"])
        self.panel = pick.randint(3, 7)
        self.kinds = pick.random() < 0.3 and self.panel >= 4
        self.decimals = pick.choice([1, 2, 2, 4])
        self.mode = pick.choice(list(MODES))
        self.least = pick.choice([4, 5])
        self.scope = pick.choice(["body", "body", "panel"]) if not self.kinds else "body"
        self.cutoff = pick.choice([0, 60, 70])
        self.ranked = pick.choice(["all", "passed"])
        self.with_bonus = pick.random() < 0.7
        self.sum_of = pick.choice(["all", "kept"])
        self.extra = pick.random() < 0.4  # 최고점 and 최저점, 평균 beside 절사평균
        self.words = pick.choice(WORDS)
        self.by_id = pick.random() < 0.5
        self.total_row = pick.choice([None, "합계", "평균"]) if self.layout != "long" else None
        self.unrounded = pick.random() < 0.2 and self.mode == "half_up"
        self.names = pick.sample(["드론", "로봇", "헬스케어", "1 분야", "AI-반도체"], pick.randint(1, 3))
        self.places = {name: pick.randint(1, 4) for name in self.names}
        self.reserves = pick.randint(0, 2)
        self.judges = [f"평가위원{place + 1}" for place in range(self.panel)]
        self.split = self.panel // 2
        self.apps = [
            self.application(f"주식회사 {name}{place:02}", name)
            for name in self.names
            for place in range(pick.randint(5, 12))
        ]
        self.planted: set[tuple[str, str]] = set()
        self.cells: dict[tuple[str, int, int], Any] = {}
        self.merges: list[tuple[str, int, int, int, int]] = []
        self.hidden: list[tuple[str, str, int]] = []
        for app in self.apps:
            self.calculate(app)
        self.place({app.name: app.right["total"] for app in self.apps}, "right")
        self.lay_out()

    def application(self, name: str, sheet: str) -> App:
        pick = self.pick
        level = pick.uniform(0.5, 0.95)
        ballots: list[list[Decimal] | None] = []
        for _ in range(self.panel):
            share = min(1.0, max(0.2, pick.gauss(level, 0.08)))
            maxima = [100] if self.layout == "totals" else [most for _, most in ITEMS]
            ballots.append([Decimal(round(most * share * 2)) / 2 for most in maxima])
        if self.layout == "totals" and not self.kinds and pick.random() < 0.15:
            ballots[pick.randrange(self.panel)] = None
        bonus = Decimal(pick.choice([0, 0, 1, 2, 3, 5, 7])) if self.with_bonus else Decimal(0)
        return App(name, sheet, ballots, bonus)

    def calculate(self, app: App) -> None:
        sums = [None if points is None else sum(points, Decimal(0)) for points in app.ballots]
        groups = [sums[: self.split], sums[self.split :]] if self.kinds else [sums]
        weights = [Fraction(3, 5), Fraction(2, 5)] if self.kinds else [Fraction(1)]
        kept_sum, means, base = Decimal(0), [], Fraction(0)
        for group, weight in zip(groups, weights, strict=True):
            cast = sorted(value for value in group if value is not None)
            kept = cast[1:-1] if len(cast) >= self.least else cast
            kept_sum += sum(kept, Decimal(0))
            means.append(mean(kept))
            base += means[-1] * weight
        cast = [value for value in sums if value is not None]
        plain = [mean([value for value in group if value is not None]) for group in groups]
        exact = base + Fraction(min(app.bonus, Decimal(5)))
        app.right = {
            "sums": sums,
            "sum": kept_sum if self.sum_of == "kept" else sum(cast, Decimal(0)),
            "highest": max(cast),
            "lowest": min(cast),
            "plain": self.rounded(
                sum((part * weight for part, weight in zip(plain, weights, strict=True)), Fraction(0))
            ),
            "kinds": [self.rounded(value) for value in means],
            "exact": base,
            "mean": self.rounded(base),
            "total": self.rounded(exact),
            "passed": self.rounded(base) >= self.cutoff,
        }

    def rounded(self, value: Fraction) -> Decimal:
        return quantized(value, self.decimals, self.mode)

    def place(self, totals: dict[str, Decimal], to: str) -> None:
        """Equal totals share a rank; who is below the cut-off (by the mean) is never selected."""
        for name in self.names:
            members = [app for app in self.apps if app.sheet == name]
            passed = [app for app in members if app.right["passed"]]
            ranked = members if self.ranked == "all" else passed
            for app in members:
                above = [peer for peer in ranked if totals[peer.name] > totals[app.name]]
                app.right[f"rank {to}"] = len(above) + 1 if app in ranked else "-"
                app.right[f"word {to}"] = self.words[2]
            order = sorted(passed, key=lambda app: -totals[app.name])
            quota = self.places[name]
            for place, app in enumerate(order):
                word = 0 if place < quota else 1 if place < quota + self.reserves else 2
                app.right[f"word {to}"] = self.words[word]

    def straddles(self, totals: dict[str, Decimal]) -> bool:
        for name in self.names:
            for border in (self.places[name], self.places[name] + self.reserves):
                order = sorted((totals[app.name] for app in self.apps if app.sheet == name), reverse=True)
                if border < len(order) and order[border - 1] == order[border]:
                    return True
                passed = sorted(
                    (totals[app.name] for app in self.apps if app.sheet == name and app.right["passed"]),
                    reverse=True,
                )
                if border < len(passed) and passed[border - 1] == passed[border]:
                    return True
        return False

    def rule(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "trim": {"drop_high": 1, "drop_low": 1, "min_ballots": self.least, "scope": self.scope},
            "decimals": self.decimals, "rounding": self.mode, "cutoff": self.cutoff, "bonus_cap": 5, "ties": "share",
            "select": self.places if len(self.places) > 1 else next(iter(self.places.values())),
            "reserves": self.reserves, "sum_of": self.sum_of, "ranked": self.ranked,
        }  # fmt: skip
        if self.layout == "long" and not self.with_bonus:
            found["columns"] = {"총점": "total"}
        if self.layout != "totals":
            found["items"] = [{"name": name, "max": most} for name, most in ITEMS]
        if self.kinds:
            found["kinds"] = [
                {"name": "전문가", "weight": "0.6", "evaluators": self.judges[: self.split]},
                {"name": "수요기업", "weight": "0.4", "evaluators": self.judges[self.split :]},
            ]
        return found

    def figures(self) -> list[tuple[str, str]]:
        found = [("sum", "총합" if self.layout == "long" else "합계")]
        if self.layout == "long":
            found = []
        if self.extra:
            found += [("highest", "최고점"), ("lowest", "최저점"), ("plain", "평균")]
        if self.kinds:
            found += [("kind 0", "전문가 평균"), ("kind 1", "수요기업 평균")]
        found.append(("mean", "절사평균"))
        if self.with_bonus:
            found.append(("bonus", "가점"))
        return [*found, ("total", "총점"), ("rank", "순위"), ("word", "선정여부")]

    def value(self, app: App, role: str) -> Any:
        if role.startswith("kind "):
            return app.right["kinds"][int(role[-1])]
        if role in ("rank", "word"):
            return app.right[f"{role} right"]
        if role == "mean" and self.unrounded:
            return float(app.right["exact"])
        return app.bonus if role == "bonus" else app.right[role]

    def lay_out(self) -> None:
        for sheet in self.names:
            put = lambda row, column, value, sheet=sheet: self.cells.__setitem__((sheet, row, column), value)  # noqa: E731
            deep = self.layout == "items"
            top = 4
            bottom = top + 1 if deep else top
            put(1, 1, f"2025년도 초격차 챌린지 발표평가 결과표 ({sheet})")
            self.merges.append((sheet, 1, 1, 1, 8))
            put(2, 1, "※ 최고·최저 점수를 제외한 평균, 같은 점수는 공동 순위")
            heads = ["연번", *(["접수번호"] if self.by_id else []), "기업명"]
            for place, text in enumerate(heads, start=1):
                put(top, place, text)
                if deep:
                    self.merges.append((sheet, top, place, bottom, place))
            column = len(heads) + 1
            columns: dict[Any, int] = {}
            if self.layout == "long":
                put(top, column, "평가위원")
                columns["judge"] = column
                for index, (item, most) in enumerate(ITEMS):
                    put(top, column + 1 + index, f"{item}\n({most}점)")
                    columns[index] = column + 1 + index
                columns["subtotal"] = column + 1 + len(ITEMS)
                put(top, columns["subtotal"], "합계")
                column = columns["subtotal"] + 1
            for judge, name in enumerate(self.judges if self.layout != "long" else []):
                if deep:
                    put(top, column, name)
                    self.merges.append((sheet, top, column, top, column + len(ITEMS)))
                    for index, (item, most) in enumerate(ITEMS):
                        put(bottom, column, f"{item}({most})")
                        columns[judge, index] = column
                        column += 1
                    put(bottom, column, "소계")
                else:
                    put(top, column, f"평가 위원 {judge + 1}" if not self.kinds else name)
                columns[judge, "sum"] = column
                column += 1
            for role, text in self.figures():
                put(top, column, text)
                if deep:
                    self.merges.append((sheet, top, column, bottom, column))
                columns[role] = column
                column += 1
            row = bottom + 1
            for number, app in enumerate((app for app in self.apps if app.sheet == sheet), start=1):
                put(row, 1, number)
                if self.by_id:
                    put(row, 2, f"2025-{sheet}-{number:03}")
                put(row, len(heads), app.name)
                app.at["name"] = (row, len(heads))
                for judge, points in enumerate(app.ballots):
                    line = row + judge if self.layout == "long" else row
                    if self.layout == "long":
                        put(line, columns["judge"], self.judges[judge])
                    for index, value in enumerate(points or []):
                        key = (judge, index) if deep else index if self.layout == "long" else None
                        if key is not None:
                            app.at[judge, index] = (line, columns[key])
                            put(line, columns[key], value)
                    app.at[judge, "sum"] = (
                        line,
                        columns["subtotal"] if self.layout == "long" else columns[judge, "sum"],
                    )
                    put(*app.at[judge, "sum"], "제척" if points is None else app.right["sums"][judge])
                for role, _ in self.figures():
                    app.at[role] = (row, columns[role])
                    put(row, columns[role], self.value(app, role))
                if self.layout == "long":
                    ends = [*range(1, len(heads) + 1), *(columns[role] for role, _ in self.figures())]
                    self.merges += [(sheet, row, place, row + self.panel - 1, place) for place in ends]
                row += self.panel if self.layout == "long" else 1
            self.last = {**getattr(self, "last", {}), sheet: row}
            self.heads = {**getattr(self, "heads", {}), sheet: (bottom, columns)}
            put(row + 3, len(heads), " ")  # a trailing row that only looks used

    def totals_rows(self) -> None:
        """As a spreadsheet would calculate them: from what stands there."""
        for sheet in self.names if self.total_row else []:
            row, (bottom, columns) = self.last[sheet], self.heads[sheet]
            self.cells[sheet, row, 1] = self.total_row
            for key, column in columns.items():
                if key in ("rank", "word", "judge"):
                    continue
                above = [
                    self.number(self.cells.get((sheet, line, column))) for line in range(bottom + 1, row)
                ]
                values = [value for value in above if value is not None]
                if values:
                    total = sum(values, Decimal(0))
                    self.cells[sheet, row, column] = (
                        total if self.total_row == "합계" else self.rounded(mean(values))
                    )

    @staticmethod
    def number(value: Any) -> Decimal | None:
        if isinstance(value, str):
            return Decimal(value.strip()) if value.strip().replace(".", "", 1).isdigit() else None
        return None if value is None else Decimal(repr(value)) if isinstance(value, float) else Decimal(value)

    def address(self, sheet: str, row: int, column: int) -> str:
        bare = sheet if sheet.isalpha() else f"'{sheet}'"
        return f"{bare}!{get_column_letter(column)}{row}"

    def expect(self, app: App, role: Any, kind: str) -> None:
        self.planted.add((self.address(app.sheet, *app.at[role]), kind))

    def set(self, app: App, role: Any, value: Any) -> None:
        self.cells[(app.sheet, *app.at[role])] = value

    def save(self, path: Path) -> Path:
        book = Workbook()
        book.remove(book.active)
        for name in self.names:
            book.create_sheet(name)
        for (sheet, row, column), value in self.cells.items():
            cell = book[sheet].cell(row, column)
            cell.value = float(value) if isinstance(value, Decimal) else value
            if isinstance(value, str):
                cell.data_type = "s"
            elif isinstance(value, float):
                cell.number_format = "0." + "0" * self.decimals
        for sheet, *edges in self.merges:
            book[sheet].merge_cells(
                start_row=edges[0], start_column=edges[1], end_row=edges[2], end_column=edges[3]
            )
        for sheet, what, place in self.hidden:
            if what == "row":
                book[sheet].row_dimensions[place].hidden = True
            else:
                book[sheet].column_dimensions[get_column_letter(place)].hidden = True
        book.create_sheet("안내").cell(1, 1).value = "평가 안내"
        book.save(path)
        return path
