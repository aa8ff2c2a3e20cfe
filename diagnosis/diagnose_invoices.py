"""Diagnose a few invoices from beginning to end: stored files, the pay database, CFS where it may be asked, rules.

No transaction is open while files are read or CFS is asked.
"""

from typing import TYPE_CHECKING, NamedTuple

from config.errors import PayJobsError
from config.settings import CgiSettings, read
from diagnosis.catalogue import Diagnosis
from diagnosis.cfs_lookups import CfsLookups
from diagnosis.cutoffs import cutoffs_at
from diagnosis.diagnose import diagnose
from diagnosis.evidence import Evidence, InvoiceRecord
from diagnosis.parallel_lookups import ParallelLookups
from diagnosis.read_evidence import SETTLED_BY_FILE, EvidenceReader
from diagnosis.search_stored_files import open_store, search_stored_files
from diagnosis.settlement_files import WaitingFiles, known_files
from diagnosis.unread_feedback import UnreadFile, unread_feedback
from jobs.run.context import RunContext

if TYPE_CHECKING:
    from connectors.cfs import CfsClient

PREFIX = "REG"


class DiagnosedInvoice(NamedTuple):
    """An invoice with what is known of it and what follows from that."""

    evidence: Evidence
    diagnosis: Diagnosis


class DiagnosedInvoices(NamedTuple):
    """The diagnoses in the order of the invoices.

    files_problem  why not all stored settlement files could be searched
    cfs_failure    why CFS gave no usable answer to some look-up
    """

    diagnosed: list[DiagnosedInvoice]
    files_problem: str | None
    cfs_failure: PayJobsError | None


def diagnose_invoices(
    context: RunContext, invoices: list[InvoiceRecord], *, cfs: "CfsClient | None" = None, prefix: str = PREFIX
) -> DiagnosedInvoices:
    """Return the diagnoses of open invoices; without CFS some of them are weaker.

    prefix  before every invoice number in CFS
    """
    when = cutoffs_at(context.clock(), days=0)
    files = _search_files(context, invoices)
    reader = EvidenceReader(when, prefix, files, unread_feedback_of(context))
    with context.database.read() as session:
        found = reader.read(session, invoices)
    failure = None
    if cfs is not None:
        lookups = ParallelLookups(context.stop.check)
        found = CfsLookups(cfs, lookups).learn(found, when)
        failure = lookups.first_failure
    return DiagnosedInvoices([DiagnosedInvoice(e, diagnose(e, when)) for e in found], files.problem, failure)


def unread_feedback_of(context: RunContext) -> list[UnreadFile]:
    """Return the feedback files of CGI that were not read to their end."""
    known = context.read_settings.get(CgiSettings)
    settings = known if isinstance(known, CgiSettings) else read(CgiSettings)
    with context.database.read() as session:
        return unread_feedback(session, settings.ack_prefix)


def _search_files(context: RunContext, invoices: list[InvoiceRecord]) -> WaitingFiles:
    """Search the stored files only where one of the invoices may stand in them."""
    numbers = frozenset(one.active_number for one in invoices if one.active_number and one.method in SETTLED_BY_FILE)
    if not numbers:
        return WaitingFiles(context.today())
    with context.database.read() as session:
        files = known_files(session)
    with open_store(context) as store:
        return search_stored_files(files, numbers, store, today=context.today())
