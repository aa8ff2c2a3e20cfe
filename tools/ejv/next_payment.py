"""What the next EJV_PAYMENT sends over the GL of an account, and what of it must not go."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from database.sessions import Session
from database.sql import statements
from diagnosis.cutoffs import cutoffs_at
from diagnosis.diagnose import diagnose
from diagnosis.diagnose_invoices import PREFIX
from diagnosis.evidence import InvoiceRecord, JournalVoucher
from diagnosis.read_evidence import EvidenceReader
from diagnosis.settlement_files import WaitingFiles
from jobs.run.context import RunContext
from jobs.run.outcome import Table

sql = statements(__package__)

_MOST_NAMED = 20
# Paid back though never charged, or every night.
_PAID_BACK_WRONGLY = frozenset({"J16", "J17", "J19"})


class NextItem(NamedTuple):
    """A row of list_next_payment.sql; amount in CAD."""

    what: str
    invoice: int
    amount: Decimal
    part: int | None
    part_status: str | None


def next_payment(session: Session, codes: Sequence[int]) -> list[NextItem]:
    """Return what the next run sends for the accounts of distribution codes."""
    return [NextItem(*tuple(row)) for row in sql.run(session, "list_next_payment", codes=list(codes))]


def must_not_go(context: RunContext, session: Session, items: list[NextItem]) -> str:
    """Return what of it would move money wrongly, and what has to be done first; "" where nothing would."""
    found = [*_moved_wrongly(context, session, items), *_parts_sent_again(items)]
    more = f"; and {len(found) - _MOST_NAMED} more" if len(found) > _MOST_NAMED else ""
    return "; ".join(found[:_MOST_NAMED]) + more


def _moved_wrongly(context: RunContext, session: Session, items: list[NextItem]) -> Iterator[str]:
    ids = [item.invoice for item in items if item.part is None]
    when = cutoffs_at(context.clock(), days=0)
    for evidence in EvidenceReader(when, PREFIX, WaitingFiles(context.today())).read_open(session, ids):
        diagnosis, journal = diagnose(evidence, when), evidence.journal
        if diagnosis.code in _PAID_BACK_WRONGLY:
            yield f"invoice {evidence.invoice.id}: {diagnosis.code}: {diagnosis.title} {diagnosis.action}"
        elif journal is not None and journal.completed_batches and _is_asked(evidence.invoice, journal):
            yield (
                f"invoice {evidence.invoice.id}: CGI accepted it in a batch, and it would be sent a second time; "
                f"see explain invoice {evidence.invoice.id}"
            )


def _is_asked(invoice: InvoiceRecord, journal: JournalVoucher) -> bool:
    """Return whether what was accepted is what is owed: of a refund without a day its charge is counted too."""
    return invoice.status != "REFUND_REQUESTED" or journal.refund_asked is not None


def _parts_sent_again(items: list[NextItem]) -> Iterator[str]:
    for item in items:
        if item.part is not None and item.part_status != "REFUND_REQUESTED":
            yield (
                f"invoice {item.invoice}: its partial refund {item.part} is {item.part_status}, and would be sent a "
                "second time with the part that is due; the pay team has the due part paid back by hand, and makes it "
                "REFUND_PROCESSED"
            )


def table_of(items: list[NextItem]) -> Table:
    """Return how much of each kind is sent."""
    amounts: dict[str, list[Decimal]] = {}
    for item in items:
        amounts.setdefault(item.what, []).append(item.amount)
    rows = [(f"{what}s", len(found), sum(found, Decimal(0))) for what, found in sorted(amounts.items())]
    return Table("The next EJV_PAYMENT sends", ("what", "items", "amount"), rows, "sends")
