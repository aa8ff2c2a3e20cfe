"""Fill the templates: every text from outside is escaped, made visible, and cut where nobody would read on."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from config.business_time import BUSINESS_ZONE
from config.plurals import counted
from config.visible import on_one_line
from console.commands import shown
from console.states import state

LONGEST = 300
MOST = 2000
MOST_LINES = 40
_OPTION = re.compile(r"--[a-z]+(-[a-z]+)*")


def environment() -> Environment:
    """Return the templates of the console."""
    made = Environment(
        loader=PackageLoader("console"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {
        "cad": cad, "capitalized": capitalized, "clock": clock, "counted": counted, "figure": figure, "hour": hour,
        "is_figure": is_figure, "moment": moment, "number": number, "query": query, "second": second, "span": span,
        "traceback": traceback, "unbroken": unbroken, "weekday": weekday, "whole": whole, "whole_cad": whole_cad,
    }  # fmt: skip
    made.globals |= {"state": state, "command": shown}
    return made


def cut(text: str, most: int = LONGEST) -> str:
    """Return a text, of a long one its beginning and how long it is.

    >>> cut("abcdef", 4)
    'abcd … (6 characters)'
    """
    return text if len(text) <= most else f"{text[:most]} … ({len(text):,} characters)"


def _finalized(value: Any) -> Any:
    """Return what a template prints for a value: nothing for None, and every text fit to be looked at."""
    if value is None:
        return ""
    if isinstance(value, str) and not isinstance(value, Markup):
        return on_one_line(cut(value))
    return value


def whole(text: str | None) -> Markup:
    """Return a text of several lines, cut late: where a page is about it."""
    lines = (on_one_line(line) for line in cut(text or "", MOST).splitlines())
    return Markup("<br>").join(lines)


def unbroken(command: str) -> Markup:
    """Return a command, whole, whose options are not broken over two lines."""
    words = on_one_line(command).split(" ")
    return Markup(" ").join(Markup("<span>{}</span>").format(one) if _OPTION.fullmatch(one) else one for one in words)


def number(value: int) -> str:
    """Return a whole number as people read it."""
    return f"{value:,}"


def cad(amount: Decimal | None) -> str:
    """Return an amount, "" where there is none."""
    return "" if amount is None else f"{amount:,.2f}"


def capitalized(text: str) -> str:
    """Return a text that begins with a capital letter.

    >>> capitalized("on account"), capitalized("PAD")
    ('On account', 'PAD')
    """
    return text[:1].upper() + text[1:]


def whole_cad(amount: Decimal) -> str:
    """Return an amount without cents, as beside a scale; what is below zero has no sign there."""
    return f"{abs(amount):,.0f}"


def is_figure(value: Any) -> bool:
    """Return whether a value of a table is an amount, and stands under others to the right."""
    return isinstance(value, Decimal)


def figure(value: Any) -> Any:
    """Return a value of a table as people read it.

    >>> figure(Decimal("1234.5")), figure("x")
    ('1,234.50', 'x')
    """
    return cad(value) if isinstance(value, Decimal) else value


def clock(instant: datetime | None) -> Markup:
    """Return the time of the day of an instant in the business zone."""
    return _time(instant, "%H:%M")


def moment(instant: datetime | None) -> Markup:
    """Return the day and time of an instant in the business zone."""
    return _time(instant, "%Y-%m-%d %H:%M")


def hour(instant: datetime | None) -> Markup:
    """Return the weekday and time of an instant in the business zone."""
    return _time(instant, "%a %H:%M")


def second(instant: datetime) -> str:
    """Return the time of the day of an instant in the business zone, to the second, for hundreds of lines."""
    return f"{instant.astimezone(BUSINESS_ZONE):%H:%M:%S}"


def traceback(text: str) -> Markup:
    """Return the lines of a traceback, of a long one the last."""
    lines = text.splitlines()[-MOST_LINES:]
    return Markup("\n").join(on_one_line(cut(line)) for line in lines)


def weekday(day: date) -> str:
    """Return a day with its weekday.

    >>> weekday(date(2026, 11, 26))
    'Thursday 26 November 2026'
    """
    return f"{day:%A} {day.day} {day:%B %Y}"


def span(seconds: float | None) -> str:
    """Return a length of time.

    >>> span(0.42), span(75), span(7260), span(None)
    ('0.4 s', '1 min 15 s', '2 h 1 min', '')
    """
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min"
    return f"{hours // 24} days"


def query(values: dict[str, Any]) -> str:
    """Return values as the query of an address, those that say nothing left out."""
    kept = {name: value for name, value in values.items() if value not in (None, "", False)}
    return f"?{urlencode(kept)}" if kept else ""


def _time(instant: datetime | None, how: str) -> Markup:
    if instant is None:
        return Markup("")
    utc, local = instant.astimezone(UTC), instant.astimezone(BUSINESS_ZONE)
    return Markup('<time datetime="{}" title="{} UTC">{}</time>').format(
        f"{utc:%Y-%m-%dT%H:%M:%SZ}", f"{utc:%Y-%m-%d %H:%M:%S}", f"{local:{how}}"
    )
