"""A closing as people see it on a terminal, a page of 40 lines, and as programs read it in --json."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from config.command_line import typed
from config.plurals import counted
from database.closing.figures import BALANCES, BESIDE, MEETINGS, Balance, Meeting
from jobs.run.outcome import Table
from tools.close.by_method import in_all, method_table, money_by_method
from tools.close.closing import ClosedMonth, Closing, Equation, Remainder

SHOWN_REMAINDERS = 5
_MOST_OWED = 9
_Line = tuple[str, int | None, Decimal | None, str]


def verdict(closing: Closing) -> str:
    """Return the outcome in one line.

    >>> from datetime import date
    >>> verdict(Closing(date(2026, 11, 5), date(2026, 11, 5), (), ()))
    '2026-11-05 is balanced: 0.00 CAD unexplained.'
    """
    if closing.changed:
        rows = counted(len(closing.changed), "row")
        return (
            f"{closing.title} has changed since it was recorded, in {rows}; {closing.unexplained:,.2f} CAD unexplained."
        )
    if closing.remainders:
        rows = counted(len(closing.remainders), "row")
        return f"{closing.title} is not balanced: {closing.unexplained:,.2f} CAD unexplained, in {rows}."
    if closing.undated and not closing.figures:
        return f"{closing.title}: nothing moved, and no day before is recorded."
    if closing.undated:
        return f"{closing.title}: the movements add up, 0.00 CAD unexplained; no balance is held."
    return f"{closing.title} is balanced: 0.00 CAD unexplained."


def page(closing: Closing) -> Table:
    """Return the closing as a page: what is owed, line by line where there is room, and all else in a few lines.

    Of a year its months are shown, beside rows that are unexplained the equations alone.
    """
    owed = list(_line_by_line(closing, BALANCES[0]))
    is_short = bool(closing.months) or not closing.is_balanced or len(owed) > _MOST_OWED
    lines: list[_Line] = [_in_a_line(closing, BALANCES[0])] if is_short else owed
    lines += [_in_a_line(closing, one) for one in BALANCES[1:]]
    lines += _meetings(closing)
    if closing.months:
        lines += map(_month_in_a_line, closing.months)
    elif closing.is_balanced:
        lines += [*_money(closing), _beside(closing)]
    rows = [line for line in lines if line[1] or line[2] or line[3] not in {"", "holds", "hold"}]
    return Table(f"Closing of {closing.title}, in CAD", ("line", "rows", "amount", "verdict"), rows, "page")


def month_table(closing: Closing) -> Table:
    """Return the months of a year, one a line."""
    rows = []
    for one in closing.months:
        money = in_all(money_by_method(one.figures))
        row = (money.came_in, money.went_out, money.bounced, one.recorded, one.unexplained)
        rows.append((f"{one.first:%Y-%m}", one.of("invoices.created"), *row))
    columns = ("month", "invoices made", "in", "out", "bounced", "days recorded", "unexplained")
    return _unshown("Months, in CAD", columns, rows, "months")


def for_programs(closing: Closing) -> list[Table]:
    """Return every figure in all and by payment method, every equation and every row that is unexplained."""
    figures = [(one.name, one.total.rows, one.total.amount, one.meaning) for one in closing.figures]
    methods = [(name, method, total.rows, total.amount) for name, method, total in closing.methods()]
    equations = [
        (one.name, one.title, one.left, one.right, len(one.remainders), judged(one)) for one in closing.equations
    ]
    months = [
        (f"{one.first:%Y-%m}", figure.name, method, total.rows, total.amount)
        for one in closing.months
        for figure in one.figures
        for method, total in figure.by_method
    ]
    tables = [
        _unshown("Figures", ("figure", "rows", "amount", "meaning"), figures, "figures"),
        _unshown(
            "By payment method, site, partner or file", ("figure", "method", "rows", "amount"), methods, "by_method"
        ),
        _unshown("Equations", ("equation", "title", "left", "right", "unexplained", "verdict"), equations, "equations"),
        method_table(closing.figures),
        _unshown("Unexplained", _REMAINDER, _remainder_rows(closing.remainders), "unexplained"),
    ]
    if closing.changed:
        tables.append(changed_table(closing))
    if months:
        tables.append(month_table(closing))
        tables.append(_unshown("By month", ("month", "figure", "method", "rows", "amount"), months, "by_month"))
    return tables


def changed_table(closing: Closing) -> Table:
    """Return the rows that a recorded day counts otherwise now."""
    rows = [(one.day, one.figure, one.row, one.in_words) for one in closing.changed]
    return _unshown("Changed since it was recorded", ("day", "figure", "row", "how"), rows, "changed")


def remainder_table(remainders: Iterable[Remainder]) -> Table:
    """Return rows that are unexplained, for people."""
    return Table("Unexplained", _REMAINDER, _remainder_rows(remainders), "unexplained_shown")


_REMAINDER = ("equation", "row", "expected", "found", "unexplained", "cause", "next command")


def _remainder_rows(remainders: Iterable[Remainder]) -> list[tuple[Any, ...]]:
    return [
        (one.equation, one.row, one.expected, one.found, one.amount, one.cause, typed(one.next)) for one in remainders
    ]


def _unshown(title: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]], key: str) -> Table:
    return Table(title, columns, rows, key, is_shown=False, is_stored=True)  # the workbook has them


def judged(equation: Equation) -> str:
    """Return whether an equation holds, in words."""
    if equation.left is None:
        return "not held"
    return f"{counted(len(equation.remainders), 'row')} unexplained" if equation.remainders else "holds"


def _line_by_line(closing: Closing, balance: Balance) -> Iterator[_Line]:
    meanings = {one.name: one.meaning for one in closing.figures}
    start, end = (f"{balance.name}.open_at_{side}" for side in ("start", "end"))
    for sign, name in ((" ", start), *((" +-"[sign], name) for name, sign in balance.moves), ("=", end)):
        total = closing.figure(name)
        said = judged(closing.equation(balance.name)) if name == end else ""
        if total.rows or said:
            yield f"{sign} {meanings.get(name, balance.title)}", total.rows, total.amount, said


def _in_a_line(closing: Closing, balance: Balance) -> _Line:
    start, end = (closing.figure(f"{balance.name}.open_at_{side}") for side in ("start", "end"))
    moves = [(name.partition(".")[2].replace("_", " "), closing.figure(name), sign) for name, sign in balance.moves]
    words = "".join(f" {' +-'[sign]} {name} {one.amount:,.2f}" for name, one, sign in moves if one.rows)
    return (
        f"{balance.title}: {start.amount:,.2f}{words} =",
        end.rows,
        end.amount,
        judged(closing.equation(balance.name)),
    )


def _meetings(closing: Closing) -> Iterator[_Line]:
    """Return the equations of two sides: those that hold on one line, each of the others on its own."""
    held = [one for one in MEETINGS if not closing.equation(one.name).remainders]
    words = ", ".join(f"{one.name} {closing.equation(one.name).left:,.2f}" for one in held if _rows_of(closing, one))
    if words:
        yield f"Two sides that agree row by row: {words}", sum(_rows_of(closing, one) for one in held), None, "hold"
    for one in MEETINGS:
        if one not in held:
            equation = closing.equation(one.name)
            yield f"{one.name}: {one.title}", _rows_of(closing, one), equation.left, judged(equation)


def _rows_of(closing: Closing, meeting: Meeting) -> int:
    return sum(closing.figure(one).rows for one in meeting.left)


def _month_in_a_line(month: ClosedMonth) -> _Line:
    money = in_all(money_by_method(month.figures))
    line = (
        f"{month.first:%Y-%m}: invoices made {month.of('invoices.created'):,.2f}, money in {money.came_in:,.2f}, "
        f"out {money.went_out:,.2f}, bounced {money.bounced:,.2f}; {counted(month.recorded, 'day')} recorded"
    )
    return line, None, None, f"{month.unexplained:,.2f} unexplained"


def _money(closing: Closing) -> Iterator[_Line]:
    """Return what came in, went out and bounced, each with its payment methods."""
    methods = money_by_method(closing.figures)
    for title, part in (("Money in", "came_in"), ("Money out", "went_out"), ("Bounced", "bounced")):
        words = [f"{one.method} {getattr(one, part):,.2f}" for one in methods if getattr(one, part)]
        yield f"{title}: {', '.join(words)}", None, getattr(in_all(methods), part), ""


def _beside(closing: Closing) -> _Line:
    """Return what is part of no equation."""
    parts = []
    for title, names in BESIDE:
        found = [(name.partition(".")[2].replace("_", " "), closing.figure(name)) for name in names]
        words = ", ".join(f"{name} {one.amount:,.2f}" for name, one in found if one.rows)
        parts += [f"{title}: {words}"] if words else []
    rows = sum(closing.figure(name).rows for _, names in BESIDE for name in names)
    return f"Beside them: {'; '.join(parts)}", rows, None, ""
