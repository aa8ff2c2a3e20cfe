"""A file whose fuse has blown, once everything of it was rolled back: hold it, and tell what it would have done."""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from sqlalchemy import Row, text

from config.command_line import in_short, typed
from config.errors import InputRefused, PayJobsError, SourceUnavailable
from config.plurals import counted
from config.settings import CfsSettings
from config.usual import ASKED_OF_CFS
from connectors.inbound.holds import HoldKind, in_words
from connectors.inbound.ledger import InboundFile, set_state
from database.copy import copy_encoded, encode_row
from database.sessions import Session
from database.sql import statements
from jobs.inbound.file_format import FileToApply
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject, Table
from tasks.pad_reconcile.effects import SettlementEffects
from tasks.pad_reconcile.fuse import FuseVerdict
from tasks.pad_reconcile.rejects import SHOWN

sql = statements(__package__)

_COLUMNS = ("file_id", "line", "auth_account_id", "customer_account", "invoice_number", "owing")
_SHOWN_COLUMNS = ("account", "CFS account", "invoice number", "owing")


class FileFuseBlown(Exception):
    """What a file would do is far outside the usual: its transaction is rolled back.

    accounts  what frozen_accounts returned, kept outside the transaction
    """

    def __init__(self, verdict: FuseVerdict, accounts: BinaryIO) -> None:
        super().__init__(verdict.reason)
        self.verdict = verdict
        self.accounts = accounts


def frozen_accounts(file: InboundFile, effects: SettlementEffects) -> Iterator[bytes]:
    """Return each account that a file would freeze, encoded for COPY, while its transaction is open."""
    for row in effects.bounced:
        if row.is_freezing:
            account = (row.auth_account_id, row.customer_account, row.target_number, row.outstanding_amount)
            yield encode_row((file.id, row.line, *account))


def hold_blown(context: RunContext, opened: FileToApply, blown: FileFuseBlown) -> Outcome:
    """Hold a file and return its figures, whom it would freeze, and what CFS says of some of their invoices."""
    file, verdict, noted = opened.file, blown.verdict, opened.details
    with context.database.begin() as session:
        set_state(
            session,
            file.id,
            "held",
            reason=verdict.reason[:2000],
            run_id=context.run_id,
            hold=HoldKind.FUSE,
            details=noted,
        )
        session.execute(text("DELETE FROM pay_jobs.fuse_accounts WHERE file_id = :id"), {"id": file.id})
        frozen = copy_encoded(session, "pay_jobs.fuse_accounts", _COLUMNS, blown.accounts)
        tables = [_figures(file, verdict), *_frozen(session, file, frozen)]
        asked = sql.run(session, "choose_asked_of_cfs", file_id=file.id, count=ASKED_OF_CFS).all()
    context.log.error("file.held", file=file.name, file_id=file.id, hold=HoldKind.FUSE, error=verdict.reason)
    outcome = Outcome(tables=tables)
    outcome.counts["files_held"] = 1
    if asked:
        outcome.tables.append(Table(f"{file.name}: what CFS says", ("invoice number", "CFS account", "CFS says"),
                                    _asked_of_cfs(context, asked), "asked_of_cfs"))  # fmt: skip
    command = typed(f"files replay --despite {HoldKind.FUSE}", file.name, reason=True)
    outcome.rejects.append(Reject(file.name, in_words(HoldKind.FUSE), _detail(file, verdict, frozen), command))
    return outcome


def _detail(file: InboundFile, verdict: FuseVerdict, frozen: int) -> str:
    told = f"; all {counted(frozen, 'account')}: {in_short('explain file', file.name)}" if frozen > SHOWN else ""
    return (
        f"{verdict.reason}. Nothing of it was applied{told}. Ask CAS whether the file is right. If it is, replay "
        f"it; if not: {typed('files ignore', file.name, reason=True)}"
    )


def _figures(file: InboundFile, verdict: FuseVerdict) -> Table:
    rows = [(*one[:4], "beyond" if one.is_beyond else "") for one in verdict.figures]
    return Table(
        f"{file.name}: its figures beside the usual", ("figure", "here", "usual", "limit", ""), rows, "figures"
    )


def _frozen(session: Session, file: InboundFile, count: int) -> Iterator[Table]:
    if not count:
        return
    rows = session.execute(
        text(
            "SELECT auth_account_id, customer_account, invoice_number, owing FROM pay_jobs.fuse_accounts"
            " WHERE file_id = :id ORDER BY line LIMIT :limit"
        ),
        {"id": file.id, "limit": SHOWN},
    )
    first = f"the first {SHOWN:,} of " if count > SHOWN else ""
    title = f"{file.name}: {first}{counted(count, 'account')} that would be frozen"
    yield Table(title, _SHOWN_COLUMNS, [tuple(row) for row in rows], "freezes")


def _asked_of_cfs(context: RunContext, asked: Sequence[Row[Any]]) -> list[tuple[str, str, str]]:
    """Return what CFS says of some invoices; where it is away, that it could not be asked."""
    from connectors.cfs import CfsClient, CfsSite

    rows: list[tuple[str, str, str]] = []
    with CfsClient(context.settings(CfsSettings), dry_run=True, sleep=context.stop.wait) as cfs:
        for account, number, party, cfs_account, site in map(tuple, asked):
            try:
                invoice = cfs.get_invoice(CfsSite(party, cfs_account, site), number)
            except SourceUnavailable as error:
                rows.append((number, account, f"could not be asked: {error}"))
                break
            except (InputRefused, PayJobsError) as error:
                rows.append((number, account, f"no answer that can be used: {error}"))
                continue
            if invoice is None:
                said = "no such invoice"
            else:
                said = f"due {invoice.amount_due:.2f} CAD" if invoice.amount_due > 0 else "paid"
            rows.append((number, account, said))
    return rows
