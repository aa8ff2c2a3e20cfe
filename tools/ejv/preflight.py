"""Look at each GL code that the next journals will use, before CGI refuses it."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from config.business_days import next_business_day
from config.command_line import typed
from config.plurals import counted
from database.sql import statements
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject

sql = statements(__package__)

# docs/specs/cgi-ejv-files.md section 3.3: the formatter enforces none of it, and a segment of another length shifts
# the whole line.
_SEGMENTS = {"client": 3, "responsibility_centre": 5, "service_line": 5, "stob": 4, "project_code": 7}


class CodeInUse(NamedTuple):
    """A GL code that the next journals will use (list_codes_in_use.sql); `code` is None where there is none.

    role      which side of a journal it is: account, fee, service fee, GST, partner
    ministry  the account's name, or the corp type or partner whose fees they are
    """

    role: str
    ministry: str
    code: int | None
    name: str
    client: str | None
    responsibility_centre: str | None
    service_line: str | None
    stob: str | None
    project_code: str | None
    start_date: date | None
    end_date: date | None
    is_stopped: bool
    was_refused: bool
    items: int
    amount: Decimal


def preflight(context: RunContext) -> Outcome:
    """Return what CGI will refuse, or what will not be sent, with the ministry and the amount at risk."""
    day = next_business_day(context.today() + timedelta(days=1))
    with context.database.read() as session:
        codes = [CodeInUse(*tuple(row)) for row in sql.run(session, "list_codes_in_use", day=day)]
    outcome = Outcome(rejects=[reject for code in codes for reject in _findings(code, day)])
    number = len({code.code for code in codes if code.code is not None})
    outcome.counts.update(codes_in_use=number, codes_wrong=len({one.where for one in outcome.rejects}))
    if not codes:
        outcome.answer = f"Nothing waits for the journals of {day}."
    elif not outcome.rejects:
        outcome.answer = f"{counted(number, 'GL code')} of the journals of {day} can be sent."
    else:
        outcome.answer = f"Of {counted(number, 'GL code')} of the journals of {day}, some need attention before."
    return outcome


def _findings(code: CodeInUse, day: date) -> Iterator[Reject]:
    where = f"{code.role} GL {code.code or '(none)'} of {code.ministry}"
    at_risk = f"{counted(code.items, 'item')}, {code.amount:,.2f} CAD"
    for problem in problems(code, day):
        command = typed("ejv unstop", code.code, reason=True) if code.is_stopped and code.code else ""
        yield Reject(where, problem, f"{code.name or 'no name'}: {at_risk} at risk", command, code.amount)


def problems(code: CodeInUse, day: date) -> list[str]:
    """Return what is wrong with a code for journals that take effect on a day.

    >>> code = CodeInUse("fee", "BCR", 7, "x", "112", "10002", "00237", "STOB", "0004007", date(2020, 1, 1), None,
    ...                  False, False, 1, Decimal(30))
    >>> problems(code, date(2026, 11, 26)), problems(code._replace(stob="040", client=" "), date(2026, 11, 26))
    (['stob STOB is the word itself'], ['client is blank', "stob '040' has 3 characters, not 4"])
    """
    if code.code is None:
        return ["no partner GL" if code.role == "partner" else "no GL"]
    found = [
        problem for name, length in _SEGMENTS.items() if (problem := _of_segment(name, length, getattr(code, name)))
    ]
    if code.start_date is not None and code.start_date > day:
        found.append(f"begins on {code.start_date}")
    if code.end_date is not None and code.end_date < day:
        found.append(f"ended on {code.end_date}")
    if code.is_stopped:
        found.append("stopped")
    if code.was_refused:
        found.append("refused before, and not corrected since")
    return found


def _of_segment(name: str, length: int, value: str | None) -> str:
    """Return what is wrong with a segment, nothing where it has its length and alphabet."""
    shown = name.replace("_", " ")
    if not (value or "").strip():
        return f"{shown} is blank"
    assert value is not None
    if len(value) != length:
        return f"{shown} {value!r} has {counted(len(value), 'character')}, not {length}"
    if not re.fullmatch("[A-Za-z0-9]+", value, re.ASCII):
        return f"{shown} {value!r} holds other than letters and digits"
    if value.upper() == name.upper()[:length] and name == "stob":
        return f"{shown} {value} is the word itself"
    return ""
