"""How dates, money, numbers and sizes are written, in the language that is active. Pages, PDF and Excel share it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from didimdol.kernel.words import language, pick, text

SEOUL = ZoneInfo("Asia/Seoul")
_KO_DAYS = "월화수목금토일"
_EN_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EN_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# ISO 4217 exponents other than 2, of the currencies a sale may plausibly carry.
_EXPONENTS = {"KRW": 0, "JPY": 0, "VND": 0, "CLP": 0, "BHD": 3, "JOD": 3, "KWD": 3, "OMR": 3, "TND": 3}
MINUS = "\u2212"
#: the time left until a deadline; the page's script counts down by the same patterns
LEFT = {
    "day": text("{d}일 {h}시간 남음", "{d} day {h} h left"),
    "days": text("{d}일 {h}시간 남음", "{d} days {h} h left"),
    "hours": text("{h}시간 {m}분 남음", "{h} h {m} min left"),
    "minutes": text("{m}분 {s}초 남음", "{m} min {s} s left"),
    "over": text("마감됨", "Closed"),
}


def is_korean() -> bool:
    return language() == "ko"


def in_seoul(moment: datetime) -> datetime:
    """The same instant on Seoul's clock; a naive value is taken to be on it already."""
    return moment.astimezone(SEOUL) if moment.tzinfo else moment


def day_text(day: date, *, short: bool = False) -> str:
    """2025. 3. 28.(금) / 28 Mar 2025 (Fri); short leaves out the year."""
    if isinstance(day, datetime):
        day = in_seoul(day).date()
    if is_korean():
        head = "" if short else f"{day.year}. "
        return f"{head}{day.month}. {day.day}.({_KO_DAYS[day.weekday()]})"
    year = "" if short else f" {day.year}"
    return f"{day.day} {_EN_MONTHS[day.month - 1]}{year} ({_EN_DAYS[day.weekday()]})"


def when_text(moment: date, *, short: bool = False, seconds: bool = False) -> str:
    """2025. 3. 28.(금) 18:00 KST / 28 Mar 2025 (Fri) 18:00 KST; short leaves out year and zone."""
    if not isinstance(moment, datetime):
        return day_text(moment, short=short)
    local = in_seoul(moment)
    clock = local.strftime("%H:%M:%S" if seconds else "%H:%M")
    return f"{day_text(local.date(), short=short)} {clock}{'' if short else ' KST'}"


def number_text(value: object) -> str:
    """1,234.50 for numbers, with the digits they carry; a str is left as it is."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, int | Decimal):
        return f"{value:,f}".replace("-", MINUS) if isinstance(value, Decimal) else f"{value:,}".replace("-", MINUS)
    return str(value)


def as_decimal(value: object) -> Decimal | None:
    """The number in a value, or None where it has none ("8 ms" and "1,000" have one)."""
    if value is None or value == "":
        return None
    written = str(value).replace(",", "").replace(MINUS, "-").strip()
    for candidate in (written, written.split(" ")[0].rstrip("%")):
        try:
            number = Decimal(candidate)
        except InvalidOperation:
            continue
        return number if number.is_finite() else None
    return None


def with_unit(value: object, unit: str) -> str:
    number = number_text(value)
    if not number or not unit:
        return number
    return f"{number}{unit}" if unit in {"%", "°", "‰", "원", "개", "건", "회", "명"} else f"{number}\u00a0{unit}"


def money_text(minor: int, currency: str = "KRW", *, short: bool = False) -> str:
    """Minor units to text: 100,000,000원, 1억 원 (short, exact), KRW 100,000,000, USD 1,234.50."""
    sign = MINUS if minor < 0 else ""
    exponent = _EXPONENTS.get(currency, 2)
    if currency == "KRW":
        if is_korean():
            return sign + (_short_won(abs(minor)) if short else f"{abs(minor):,}원")
        return f"{sign}KRW\u00a0{_short_english(abs(minor)) if short else format(abs(minor), ',')}"
    whole, rest = divmod(abs(minor), 10**exponent)
    digits = f".{rest:0{exponent}d}" if exponent else ""
    return f"{sign}{currency}\u00a0{whole:,}{digits}"


def _short_won(amount: int) -> str:
    parts = []
    for name, size in (("조", 10**12), ("억", 10**8), ("만", 10**4)):
        count, amount = divmod(amount, size)
        if count:
            parts.append(f"{count:,}{name}")
    if amount:
        return " ".join([*parts, f"{amount:,}원"])
    return " ".join([*parts, "원"]) if parts else "0원"


def _short_english(amount: int) -> str:
    for name, size in (("trillion", 10**12), ("billion", 10**9), ("million", 10**6)):
        if amount >= size and amount % (size // 1000) == 0:  # exact with three places, else in full
            return f"{(Decimal(amount) / size).normalize():f} {name}"
    return f"{amount:,}"


def file_size_text(size: int) -> str:
    """Decimal units, as storage is sold: 2.3 MB."""
    amount, unit = Decimal(size), "B"
    for bigger in ("kB", "MB", "GB", "TB"):
        if amount < 1000:
            break
        amount, unit = amount / 1000, bigger
    if unit == "B":
        return f"{size}\u00a0B"
    return f"{amount:.1f}\u00a0{unit}" if amount < 100 else f"{amount:.0f}\u00a0{unit}"


def left_text(left: timedelta) -> str:
    """3일 4시간 남음 / 3 days 4 h left; closed once it is over."""
    total = int(left.total_seconds())
    if total <= 0:
        return pick(LEFT["over"])
    days, rest = divmod(total, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    pattern = LEFT[("day" if days == 1 else "days") if days else "hours" if hours else "minutes"]
    return pick(pattern).format(d=days, h=hours, m=minutes, s=seconds)


def object_particle(word: str) -> str:
    """을 or 를 after a word, by its last sound."""
    last = word.rstrip(" )]’'\"”")[-1:]
    if "가" <= last <= "힣":
        return "을" if (ord(last) - 0xAC00) % 28 else "를"
    if last and (last in "013678" or last.lower() in "lmnr"):
        return "을"
    if last.isascii() and last.isalnum():
        return "를"
    return "을(를)"
