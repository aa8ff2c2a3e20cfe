"""Apply one settlement file: one file, one transaction."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import BinaryIO

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from config.business_time import naive_utc
from config.errors import InputRefused, UsageError
from config.settings import EventSettings
from connectors.formats.settlement import SettlementRow, read_settlement
from connectors.inbound.content import open_content
from connectors.inbound.ledger import InboundFile, find_file, put_aside_if_known, set_state, supersede_cut_off
from connectors.object_store import ObjectStore
from connectors.outbox import enqueue
from database.errors import explain, refuses_content
from database.sql import statements
from jobs.inbound.file_format import FileToApply
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject, Table
from tasks.pad_reconcile.apply_rows import Applied, RuleTotal, apply_staged
from tasks.pad_reconcile.messages import frozen_rows, messages
from tasks.pad_reconcile.rejects import SHOWN, as_reject
from tasks.pad_reconcile.staging import Totals, create_tables, keep_rejects, list_rejected_files, stage

sql = statements(__package__)

_PIECE = 1 << 16
_APPLICABLE = {"received", "held", "failed"}


def apply_file(context: RunContext, opened: FileToApply) -> Outcome:
    """Apply a file whole, with its ledger rows and what follows from it, or not at all.

    Its rejects are told by report_rejects, which a later run makes up for if this one dies.
    A file that cannot be read or does not add up is noted as failed, with the reason, in a transaction of its own.
    """
    file, reason, now = opened.file, opened.reason, naive_utc(context.clock())
    try:
        with opened.content as stream, context.database.begin() as session:
            current = find_file(session, file.id)
            if current is None or current.state not in _APPLICABLE:
                return Outcome(notes=[f"{file.name} was taken care of meanwhile."])
            known = put_aside_if_known(session, current, run_id=context.run_id)
            if known is not None:
                return Outcome(notes=[f"{file.name}: {known}; not applied again."], counts=Counter(files_known=1))
            create_tables(session)
            totals = stage(session, file.id, _rows(context, file, stream))
            applied = apply_staged(
                session, totals, now=now, today=context.today(), run_id=context.run_id, source=file.name
            )
            _keep_cas_settlement(session, file, now)
            _enqueue(context, session, applied)
            outcome = _outcome(file.name, totals, applied)
            outcome.tables.insert(0, _rule_table(file.name, applied.by_rule))
            outcome.counts["files_applied"] = 1
            details = {"credit_sync": "pending", "rejects": "pending" if applied.rows("rejected") else "none"}
            set_state(
                session,
                file.id,
                "applied",
                reason=reason,
                run_id=context.run_id,
                applied_on=context.clock(),
                details=details | ({"replayed": reason} if reason else {}),
            )
            supersede_cut_off(session, file)
            _drop_tables(session, applied)
    except InputRefused as error:
        return _failed(context, file, error)
    except DBAPIError as error:
        context.stop.check()
        if not refuses_content(error):
            raise
        return _held(context, file, str(explain(error)).rstrip("."))
    context.log.info("file.applied", file=file.name, file_id=file.id, **outcome.counts)
    return outcome


def retry_rejects(context: RunContext, store: ObjectStore | None, *, numbers: Sequence[str] | None = None) -> Outcome:
    """Read the rejected rows of applied files again and try them; those that go through take their new outcome.

    store    where the files are kept; None where they lie on this machine
    numbers  only rows about these CFS numbers; None for all
    One file after the other, each in a transaction of its own, so that one file is open at a time.
    """
    with context.database.begin() as session:
        file_ids = list_rejected_files(session, numbers)
    outcome = Outcome()
    became: dict[tuple[str, str], tuple[int, Decimal]] = {}
    for file_id in file_ids:
        context.stop.check()
        found, by_rule = _retry_file(context, store, file_id, numbers, shown=SHOWN - len(outcome.rejects))
        outcome += found
        for name, rule, count, amount in by_rule:
            before = became.get((name, rule), (0, Decimal(0)))
            became[name, rule] = (before[0] + count, before[1] + amount)
    if became:
        outcome.tables.insert(0, _rule_table("rejected rows", [(*key, *became[key]) for key in sorted(became)]))
    elif not outcome.notes:
        outcome.notes.append("No applied file has a rejected row that can be tried again.")
    return outcome


def _retry_file(
    context: RunContext, store: ObjectStore | None, file_id: int, numbers: Sequence[str] | None, *, shown: int
) -> tuple[Outcome, list[RuleTotal]]:
    """Try the rejected rows of one file; return what became of them, with the first that are still rejected."""
    with context.database.begin() as session:
        file = find_file(session, file_id)
    assert file is not None
    try:
        with open_content(file, store=store) as stream, context.database.begin() as session:
            create_tables(session)
            stage(session, file.id, _rows(context, file, stream))
            totals = keep_rejects(session, numbers)
            if not totals.rows:
                return Outcome(), []
            now, today = naive_utc(context.clock()), context.today()
            applied = apply_staged(session, totals, now=now, today=today, run_id=context.run_id, source=file.name)
            _enqueue(context, session, applied)
            outcome = _outcome(f"{file.name}, rejected rows", totals, applied)
            still = sql.run(session, "list_still_rejected", limit=shown)
            outcome.rejects += [as_reject(file.name, row) for row in still]
            if applied.rows("applied"):
                set_state(session, file.id, file.state, reason=file.reason, details={"credit_sync": "pending"})
            _drop_tables(session, applied)
    except (InputRefused, UsageError) as error:
        return Outcome(notes=[f"The rejected rows of {file.name} were not tried: {error}"]), []
    return outcome, applied.by_rule


def _rows(context: RunContext, file: InboundFile, stream: BinaryIO) -> Iterator[SettlementRow]:
    pieces = iter(lambda: stream.read(_PIECE), b"")
    return read_settlement(pieces, source=file.name, day=file.business_date or context.today())


def _keep_cas_settlement(session: Session, file: InboundFile, now: datetime) -> None:
    """Note the file where the other services look for it."""
    values = {"name": file.name, "received": naive_utc(file.received_on), "processed": now}
    updated = session.execute(
        text("UPDATE cas_settlements SET processed_on = :processed WHERE file_name = :name RETURNING id"), values
    ).all()
    if not updated:
        session.execute(
            text(
                "INSERT INTO cas_settlements (file_name, received_on, processed_on)"
                " VALUES (:name, :received, :processed)"
            ),
            values,
        )


def _enqueue(context: RunContext, session: Session, applied: Applied) -> None:
    now = context.clock()
    told = messages(applied, settings=context.settings(EventSettings), at=now)
    enqueue(session, told, run_id=context.run_id, created_on=now)


def _outcome(name: str, totals: Totals, applied: Applied) -> Outcome:
    outcome = Outcome()
    outcome.counts.update(
        rows_read=totals.rows,
        rows_applied=applied.rows("applied"),
        rows_already_applied=applied.rows("already_applied"),
        rows_skipped=applied.rows("skipped"),
        rows_rejected=applied.rows("rejected"),
    )
    if applied.bounced:
        columns = ("account", "CFS account", "invoice number", "owing", "PAD", "fee", "reason")
        outcome.tables.append(
            Table(
                f"{name}: {_first(len(applied.bounced))}payments that bounced",
                columns,
                frozen_rows(applied.bounced.first(SHOWN), applied.fee),
            )
        )
        outcome.counts["payments_bounced"] = len(applied.bounced)
        outcome.counts["accounts_frozen"] = sum(row.is_freezing for row in applied.bounced)
    if applied.differences:
        shown = _first(len(applied.differences))
        title = f"{name}: {shown}settled by CAS with another amount than was open"
        rows = [tuple(row) for row in applied.differences.first(SHOWN)]
        outcome.tables.append(Table(title, ("invoice number", "applied by CAS", "open with us"), rows))
        outcome.attention = True
    outcome.rejects += [
        Reject(
            f"{name} line {row.line}",
            "credit left over",
            f"{row.unplaced} of the credit memo found no invoice with room",
        )
        for row in applied.unplaced.first(SHOWN)
    ]
    if len(applied.unplaced) > SHOWN:
        outcome.notes.append(f"{name}: {len(applied.unplaced):,} credit memo lines have something left over.")
    return outcome


def _rule_table(name: str, by_rule: list[RuleTotal]) -> Table:
    rows, amount = sum(count for _, _, count, _ in by_rule), sum((amount for *_, amount in by_rule), Decimal(0))
    return Table(f"{name}: {rows:,} rows, {amount:,} CAD", ("outcome", "rule", "rows", "amount"), by_rule)


def _first(found: int) -> str:
    return f"the first {SHOWN:,} of {found:,}, " if found > SHOWN else ""


def _drop_tables(session: Session, applied: Applied) -> None:
    session.execute(text("DROP VIEW open_invoices"))
    session.execute(text("DROP TABLE settlement_staged, settlement_done"))
    applied.forget()


def _failed(context: RunContext, file: InboundFile, error: InputRefused) -> Outcome:
    with context.database.begin() as session:
        set_state(session, file.id, "failed", reason=str(error), run_id=context.run_id)
    context.log.error("file.failed", file=file.name, file_id=file.id, error=str(error))
    return Outcome(rejects=[Reject(file.name, error.title, error.full_text)])


def _held(context: RunContext, file: InboundFile, reason: str) -> Outcome:
    """Hold a file that the database does not take; the next one is applied."""
    with context.database.begin() as session:
        set_state(session, file.id, "held", reason=reason[:2000], run_id=context.run_id)
    context.log.error("file.held", file=file.name, file_id=file.id, error=reason)
    command = f'files replay {file.name} --reason "..."'
    detail = f"{reason}. Nothing of it was applied. Once the cause is removed: {command}"
    return Outcome(rejects=[Reject(file.name, "held", detail)])
