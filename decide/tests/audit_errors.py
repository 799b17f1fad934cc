"""Errors as people make them, planted into a `Book`; each says where it must be found, and as what."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from audit_sheets import ITEMS, App, Book, mean, quantized


def _app(book: Book, fits: Callable[[App], bool] = lambda app: True) -> App | None:
    found = [app for app in book.apps if fits(app)]
    return book.pick.choice(found) if found else None


def _judge(book: Book, app: App) -> int:
    return book.pick.choice([place for place, points in enumerate(app.ballots) if points is not None])


def _input(book: Book, app: App, judge: int) -> object:
    return (judge, "sum") if book.layout == "totals" else (judge, book.pick.randrange(len(ITEMS)))


def _value(book: Book, app: App, role: object) -> Decimal:
    return Decimal(str(book.cells[(app.sheet, *app.at[role])]))


def subtotal(book: Book) -> bool:
    if book.layout == "totals":
        return False
    app = _app(book)
    assert app
    role = (_judge(book, app), "sum")
    book.set(app, role, _value(book, app, role) + book.pick.choice([-3, -1, 1, 10]))
    book.expect(app, role, "subtotal")
    return True


def out_of_range(book: Book) -> bool:
    app = _app(book)
    assert app
    role = _input(book, app, _judge(book, app))
    book.set(app, role, book.pick.choice([Decimal(101), Decimal(-1)]))
    book.expect(app, role, "out_of_range")
    return True


def not_a_number(book: Book) -> bool:
    app = _app(book)
    assert app
    role = _input(book, app, _judge(book, app))
    book.set(app, role, book.pick.choice(["구십", "8O", "상", "87?5"]))
    book.expect(app, role, "not_a_number")
    return True


def text_number(book: Book) -> bool:
    app = _app(book)
    assert app
    roles = [_input(book, app, _judge(book, app)), "total", "mean"]
    role = book.pick.choice(roles[: 1 if book.unrounded else 3])
    book.set(app, role, str(_value(book, app, role)))
    book.expect(app, role, "text_number")
    return True


def missing(book: Book) -> bool:
    app = _app(book)
    assert app
    role = (
        (_judge(book, app), book.pick.randrange(len(ITEMS)))
        if book.layout != "totals"
        else book.pick.choice(["mean", "total"])
    )
    del book.cells[(app.sheet, *app.at[role])]
    book.expect(app, role, "missing")
    return True


def duplicate(book: Book) -> bool:
    if book.layout == "long":
        return False
    app = _app(book)
    assert app
    row, last = app.at["name"][0], book.last[app.sheet]
    for (sheet, line, column), value in list(book.cells.items()):
        if sheet == app.sheet and line == row:
            book.cells[sheet, last, column] = value
    book.last[app.sheet] += 1
    book.planted.add((book.address(app.sheet, last, app.at["name"][1]), "duplicate"))
    return True


def hidden(book: Book) -> bool:
    app = _app(book)
    assert app
    if book.pick.random() < 0.5:
        row, column = app.at["name"]
        book.hidden.append((app.sheet, "row", row))
        book.planted.add((book.address(app.sheet, row, column), "hidden"))
    else:
        bottom, columns = book.heads[app.sheet]
        column = columns[
            book.pick.choice([(0, "sum") if book.layout == "totals" else "mean", "total", "rank"])
        ]
        top = bottom - 1 if book.layout == "items" else bottom
        book.hidden.append((app.sheet, "column", column))
        book.planted.add((book.address(app.sheet, top, column), "hidden"))
    return True


def _figure(book: Book, role: str, kind: str) -> bool:
    if role not in dict(book.figures()):
        return False
    app = _app(book)
    assert app
    book.set(
        app,
        role,
        _value(book, app, role).__add__(book.pick.choice([Decimal(-4), Decimal("0.9"), Decimal(3)])),
    )
    book.expect(app, role, kind)
    return True


def sum_(book: Book) -> bool:
    return _figure(book, "sum", "sum")


def highest(book: Book) -> bool:
    return _figure(book, "highest", "highest")


def lowest(book: Book) -> bool:
    return _figure(book, "lowest", "lowest")


def plain_mean(book: Book) -> bool:
    return _figure(book, "plain", "plain_mean")


def kind_mean(book: Book) -> bool:
    return _figure(book, "kind 1", "kind_mean")


def _cast(app: App) -> list[Decimal]:
    return sorted(value for value in app.right["sums"] if value is not None)


def swapped_digits(book: Book) -> bool:
    """The case of a real audit: 49.7 stood as 52.7. Here no usual mistake explains it."""
    app = _app(book)
    assert app
    book.set(app, "mean", Decimal(3) + app.right["mean"])
    candidates = {mean(_cast(app)), mean(_cast(app)[1:]), mean(_cast(app)[:-1])}
    if book.kinds or any(
        abs(value - Fraction(app.right["mean"]) - 3) < Fraction(1, 5) for value in candidates
    ):
        return False
    if len({len(_cast(app))} & {1, 2}) or abs(mean(_cast(app)) - app.right["exact"]) > 2:
        return False
    book.expect(app, "mean", "mean")
    return True


def _trimmed(book: Book, left: Callable[[list[Decimal]], list[Decimal]], due: bool) -> bool:
    if book.kinds:
        return False

    def fits(app: App) -> bool:
        cast = _cast(app)
        return (
            (len(cast) >= book.least) == due
            and len(cast) > 2
            and bool(left(cast))
            and _far(book, app, mean(left(cast)))
        )

    app = _app(book, fits)
    if app is None:
        return False
    book.set(app, "mean", book.rounded(mean(left(_cast(app)))))
    book.expect(app, "mean", "trim")
    return True


def _far(book: Book, app: App, value: Fraction) -> bool:
    """Not a rounding of the right mean to fewer places, which would be told as such."""
    places = range(book.decimals + 1)
    near = {
        quantized(app.right["exact"], fewer, mode)
        for fewer in places
        for mode in ("half_up", "half_even", "down")
    }
    return book.rounded(value) not in near


def not_trimmed(book: Book) -> bool:
    return _trimmed(book, lambda cast: cast, True)


def only_lowest_dropped(book: Book) -> bool:
    return _trimmed(book, lambda cast: cast[1:], True)


def only_highest_dropped(book: Book) -> bool:
    return _trimmed(book, lambda cast: cast[:-1], True)


def trimmed_too_few(book: Book) -> bool:
    return _trimmed(book, lambda cast: cast[1:-1], False)


def all_equals_dropped(book: Book) -> bool:
    return _trimmed(book, lambda cast: [value for value in cast if value not in (cast[0], cast[-1])], True)


def rounding(book: Book) -> bool:
    def wrong(app: App) -> Decimal:
        mode = "down" if book.mode != "down" else "half_up"
        return quantized(app.right["exact"], book.decimals, mode)

    app = _app(book, lambda app: wrong(app) != app.right["mean"])
    if app is None:
        return False
    book.set(app, "mean", wrong(app))
    book.expect(app, "mean", "rounding")
    return True


def bonus_lost(book: Book) -> bool:
    """With all that follows: ranks and selection by the wrong total."""
    app = _app(book, lambda app: app.bonus > 0)
    if app is None:
        return False
    stated = {one.name: one.right["total"] for one in book.apps}
    stated[app.name] = app.right["mean"]
    if book.straddles(stated):
        return False
    book.place(stated, "stated")
    book.set(app, "total", app.right["mean"])
    book.expect(app, "total", "bonus_lost")
    for one in book.apps:
        for role, kind in (("rank", "rank"), ("word", "selection")):
            book.set(one, role, one.right[f"{role} stated"])
            if one.right[f"{role} stated"] != one.right[f"{role} right"]:
                book.expect(one, role, kind)
    return True


def total(book: Book) -> bool:
    app = _app(book)
    assert app
    book.set(app, "total", app.right["total"] + Decimal("2.3"))
    book.expect(app, "total", "total")
    return True


def rank(book: Book) -> bool:
    first = _app(book, lambda app: app.right["rank right"] != "-")
    if first is None:
        return False
    name, place = first.sheet, first.right["rank right"]
    second = _app(book, lambda app: app.sheet == name and app.right["rank right"] not in ("-", place))
    if second is None:
        return False
    for app, other in ((first, second), (second, first)):
        book.set(app, "rank", other.right["rank right"])
        book.expect(app, "rank", "rank")
    return True


def selection(book: Book) -> bool:
    app = _app(book)
    assert app
    right = app.right["word right"]
    book.set(app, "word", book.words[2] if right == book.words[0] else book.words[0])
    book.expect(app, "word", "selection")
    return True


def column_sum(book: Book) -> bool:
    """Planted after the totals rows are made, see `plant`."""
    return book.total_row is not None


ERRORS: dict[str, Callable[[Book], bool]] = {
    plant.__name__: plant
    for plant in (
        subtotal, out_of_range, not_a_number, text_number, missing, duplicate, hidden, sum_, highest, lowest, plain_mean,
        kind_mean, swapped_digits, not_trimmed, only_lowest_dropped, only_highest_dropped, trimmed_too_few,
        all_equals_dropped, rounding, bonus_lost, total, rank, selection, column_sum,
    )
}  # fmt: skip


def clean(seed: int) -> Book:
    """A book without an error and without a tie across a border (the sheet may settle one as it likes)."""
    while True:
        book = Book(seed)
        if not book.straddles({app.name: app.right["total"] for app in book.apps}):
            return book
        seed += 100_000


def planted(name: str, seed: int) -> Book:
    """A book with one error of a kind; the next seeds are tried until one has room for it."""
    while True:
        book = clean(seed)
        before = dict(book.cells)
        if ERRORS[name](book):
            book.totals_rows()
            if name == "column_sum":
                sheet = book.pick.choice(book.names)
                row, (_, columns) = book.last[sheet], book.heads[sheet]
                column = columns[book.pick.choice(["total", "mean"])]
                book.cells[sheet, row, column] += Decimal("1.5")
                book.planted.add((book.address(sheet, row, column), "column_sum"))
            if book.cells != before or book.hidden:
                return book
        seed += 1_000_000
