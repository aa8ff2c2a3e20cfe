"""Judge the chosen invoices page by page: evidence, CFS, diagnosis, row.

A page is read in one short transaction and kept in another; none is open while CFS is asked. What is held in memory is
the ids, the answers of CFS and the order of the rows.
"""

from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from config.settings import CfsSettings
from connectors.cfs import CfsClient
from database.sql import statements
from diagnosis.cfs_lookups import CfsLookups
from diagnosis.cutoffs import Cutoffs
from diagnosis.diagnose import diagnose
from diagnosis.diagnose_invoices import PREFIX, unread_feedback_of
from diagnosis.parallel_lookups import ParallelLookups
from diagnosis.read_evidence import EvidenceReader
from diagnosis.settlement_files import WaitingFiles
from jobs.run.context import RunContext
from tasks.stale_invoice_report.arguments import Arguments
from tasks.stale_invoice_report.report_row import make_report_row
from tasks.stale_invoice_report.report_store import StoredReport, keep_rows, known_before
from tasks.stale_invoice_report.sorted_rows import SortedRows
from tasks.stale_invoice_report.tallies import Tallies

sql = statements(__package__)

PAGE = 4_000


@dataclass
class DiagnosedPages:
    """What the pages came to."""

    rows: SortedRows = field(default_factory=SortedRows)
    tallies: Tallies = field(default_factory=Tallies)
    lookups: CfsLookups | None = None


def diagnose_all(
    context: RunContext, arguments: Arguments, when: Cutoffs, *, report: StoredReport, files: WaitingFiles
) -> DiagnosedPages:
    """Return a row for every invoice that stands still, and the figures."""
    ids = _choose(context, arguments, when)
    judged = DiagnosedPages()
    context.progress.begin(len(ids), "invoices")
    with _cfs(context, arguments) as (cfs, prefix):
        reader = EvidenceReader(when, prefix, files, unread_feedback_of(context))
        judged.lookups = CfsLookups(cfs, ParallelLookups(context.stop.check)) if cfs is not None else None
        for start in range(0, len(ids), PAGE):
            context.stop.check()
            page = ids[start : start + PAGE].tolist()
            _diagnose_page(context, reader, report, judged, page)
            context.progress.advance(len(page))
            context.record_progress({"invoices": f"{start + len(page)} of {len(ids)}"})
    return judged


def _choose(context: RunContext, arguments: Arguments, when: Cutoffs) -> "array[int]":
    with context.database.begin() as session:
        chosen = sql.run(session, "choose_stuck", method=arguments.method, account=arguments.account, **when.values())
        return array("q", chosen.scalars())


def _diagnose_page(
    context: RunContext, reader: EvidenceReader, report: StoredReport, judged: DiagnosedPages, ids: list[int]
) -> None:
    with context.database.begin() as session:
        page = reader.read_open(session, ids)
        known = known_before(session, report, ids)
    if judged.lookups is not None:
        page = judged.lookups.learn(page, reader.when)
    when = reader.when
    rows = [make_report_row(e, diagnose(e, when), when, is_known=e.invoice.id in known) for e in page]
    with context.database.begin() as session:
        keep_rows(session, report, rows)
    for row in rows:
        judged.rows.add(row)
        judged.tallies.add(row)


@contextmanager
def _cfs(context: RunContext, arguments: Arguments) -> Iterator[tuple[CfsClient | None, str]]:
    if arguments.no_cfs:
        yield None, PREFIX
        return
    settings = context.settings(CfsSettings)
    with CfsClient(settings, dry_run=True, sleep=context.stop.wait) as cfs:
        yield cfs, settings.invoice_prefix
