"""`partners`, told from top to bottom."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import text

from config.business_time import day_bounds, month_of
from config.command_line import typed
from config.errors import UsageError
from config.plurals import counted
from database.engine import Database
from database.sessions import Session
from database.sql import statements
from jobs.files_for_people import write_whole, written
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject
from tasks.stale_invoice_report.page.tables_page import write_page
from tools.partners.accounts import Account, ToldMonth, accounts_table, balances_table, read_accounts, sums_of
from tools.partners.arguments import Arguments
from tools.partners.faults import (
    BelowZero,
    RowFault,
    below_zero_table,
    read_below_zero,
    read_row_faults,
    row_fault_table,
)

sql = statements(__package__)

_KNOWN_GL = text("SELECT EXISTS (SELECT FROM distribution_codes WHERE distribution_code_id = :gl)")
_KNOWN = text("SELECT EXISTS (SELECT FROM corp_types WHERE code = :partner)")


def run(context: RunContext, arguments: Arguments) -> Outcome:
    """Make the accounts of the month, and say what is wrong with them."""
    month = f"{arguments.month:%B %Y}"
    if arguments.month > context.today():
        raise UsageError(f"{month} has not begun: the last possible month is {context.today():%Y-%m}.")
    first, last = month_of(arguments.month)
    told = ToldMonth(month, None if last < context.today() else context.today())
    start, until = day_bounds(first, last)
    with _one_snapshot(context.database) as session:
        _refuse_unknown(session, arguments)
        asked = {"partner": arguments.partner, "until": until}
        context.progress.step("movements")
        sql.run(session, "create_entries", gl=arguments.gl, **asked)
        session.execute(text("ANALYZE partner_entries"))
        sql.run(session, "create_items", start=start, until=until)
        session.execute(text("ANALYZE partner_items"))
        context.progress.step("accounts")
        accounts = read_accounts(session, start=start)
        below = read_below_zero(session)
        faults = read_row_faults(session, **asked)
        outcome = _outcome(accounts, below, faults, told)
        context.progress.step("files")
        if arguments.xlsx_file:
            from tools.partners.workbook import write_workbook

            tables = outcome.tables
            write_whole(arguments.xlsx_file, lambda path: write_workbook(path, session, tables, start=start))
            outcome.notes.append(written(arguments.xlsx_file))
    if arguments.html_file:
        write_whole(arguments.html_file, lambda path: _write_page(path, outcome, told, context.clock()))
        outcome.notes.append(written(arguments.html_file))
    return outcome


@contextmanager
def _one_snapshot(database: Database) -> Iterator[Session]:
    """Return a session that sees the tables as they are at one moment, and keeps nothing."""
    with database.engine.connect().execution_options(isolation_level="REPEATABLE READ") as session:
        yield session


def _refuse_unknown(session: Session, arguments: Arguments) -> None:
    if arguments.partner and not session.scalar(_KNOWN, {"partner": arguments.partner}):
        likely = arguments.partner.upper()
        hint = f" Did you mean {likely}?" if session.scalar(_KNOWN, {"partner": likely}) else ""
        raise UsageError(f"There is no partner {arguments.partner!r}: it is a code of corp_types, like VS.{hint}")
    if arguments.gl and not session.scalar(_KNOWN_GL, {"gl": arguments.gl}):
        raise UsageError(f"There is no GL code {arguments.gl}: it is the id of a distribution code, like 4.")


def _outcome(accounts: list[Account], below: list[BelowZero], faults: list[RowFault], month: ToldMonth) -> Outcome:
    outcome = Outcome(attention=bool(faults) or any(one.needs_attention for one in below))
    outcome.rejects += [
        Reject(f"{one.partner}, GL code {one.gl}", "the account does not add up", one.off, typed("verify"))
        for one in accounts
        if one.off
    ]
    missing = sum(one.kind == "missing" for one in faults)
    outcome.counts.update(
        accounts=len(accounts),
        below_zero=len(below),
        nothing_takes_back=sum(one.needs_attention for one in below),
        rows_missing=missing,
        rows_twice=len(faults) - missing,
    )
    sums = sums_of(accounts)
    outcome.answer = (
        f"The balance of {counted(sums.partners, 'partner')} {month.end} is {sums.end:,.2f} CAD; "
        f"{counted(len(below), 'invoice')} below zero, {counted(missing, 'partner row')} missing, "
        f"{len(faults) - missing} there twice."
        if accounts
        else f"No partner has an account in {month.name}."
    )
    outcome.tables += [accounts_table(accounts, month), balances_table(accounts, month)] if accounts else []
    outcome.tables += [below_zero_table(below)] if below else []
    outcome.tables += [row_fault_table(faults)] if faults else []
    return outcome


def _write_page(path: Path, outcome: Outcome, month: ToldMonth, made_on: datetime) -> None:
    counts = outcome.counts
    figures = [
        (name, f"{counts[key]:,}", bad and counts[key] > 0)
        for name, key, bad in (
            ("accounts", "accounts", False),
            ("invoices below zero", "below_zero", False),
            ("that nothing takes back", "nothing_takes_back", True),
            ("partner rows missing", "rows_missing", True),
            ("partner rows there twice", "rows_twice", True),
        )
    ]
    with path.open("w", encoding="utf-8") as out:
        write_page(
            out,
            title=f"Accounts of partners, {month.title}",
            answer=outcome.answer,
            figures=figures,
            tables=outcome.tables,
            made_on=made_on,
            made_by="partners. Amounts are in CAD; what lowers a balance is negative",
        )
