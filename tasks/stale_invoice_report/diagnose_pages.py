"""Judge the chosen invoices page by page: evidence, CFS, diagnosis, row.

A page is read in one short transaction, while the page before it is judged, and kept in another; none is open while CFS
is asked. What is held in memory is the ids, two pages, the answers of CFS and the order of the rows.
"""

from array import array
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from config.settings import CfsSettings
from database.sql import statements
from diagnosis.cfs_lookups import CfsLookups
from diagnosis.cutoffs import Cutoffs
from diagnosis.diagnose import diagnose
from diagnosis.diagnose_invoices import PREFIX, unread_feedback_of
from diagnosis.evidence import Evidence
from diagnosis.parallel_lookups import ParallelLookups
from diagnosis.read_evidence import EvidenceReader
from diagnosis.settlement_files import WaitingFiles
from jobs.run.context import RunContext
from tasks.stale_invoice_report.arguments import Arguments
from tasks.stale_invoice_report.report_row import EarlierRow, make_report_row
from tasks.stale_invoice_report.report_store import StoredReport, keep_rows, known_before
from tasks.stale_invoice_report.sorted_rows import SortedRows
from tasks.stale_invoice_report.tallies import Tallies

if TYPE_CHECKING:
    from connectors.cfs import CfsClient

sql = statements(__package__)

PAGE = 4_000


@dataclass
class DiagnosedPages:
    """What the pages came to."""

    rows: SortedRows = field(default_factory=SortedRows)
    tallies: Tallies = field(default_factory=Tallies)
    lookups: CfsLookups | None = None


@dataclass(frozen=True)
class EvidencePage:
    """What was read of a page of so many invoices: the evidence of those still open, and how they were told before."""

    size: int
    evidence: list[Evidence]
    known: dict[int, EarlierRow]


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
        done = 0
        for page in _read_ahead(context, reader, report, ids):
            _diagnose_page(context, reader.when, report, judged, page)
            done += page.size
            context.progress.advance(page.size)
            context.record_progress({"invoices": f"{done} of {len(ids)}"})
            context.stop.check()
    return judged


def _choose(context: RunContext, arguments: Arguments, when: Cutoffs) -> "array[int]":
    with context.database.read() as session:
        chosen = sql.run(session, "choose_stuck", method=arguments.method, account=arguments.account, **when.values())
        return array("q", chosen.scalars().all())


def _read_ahead(
    context: RunContext, reader: EvidenceReader, report: StoredReport, ids: "array[int]"
) -> Iterator[EvidencePage]:
    """Return page after page; the next one is read while the caller works, save in the one transaction of a dry run."""

    def read(start: int) -> EvidencePage:
        chosen = ids[start : start + PAGE].tolist()
        with context.database.read() as session:
            return EvidencePage(len(chosen), reader.read_open(session, chosen), known_before(session, report, chosen))

    starts = range(0, len(ids), PAGE)
    if context.dry_run:
        yield from map(read, starts)
        return
    with ThreadPoolExecutor(1, thread_name_prefix="evidence") as ahead:
        waiting = None
        for start in starts:
            following = ahead.submit(read, start)
            if waiting is not None:
                yield waiting.result()
            waiting = following
        if waiting is not None:
            yield waiting.result()


def _diagnose_page(
    context: RunContext, when: Cutoffs, report: StoredReport, judged: DiagnosedPages, page: EvidencePage
) -> None:
    evidence = page.evidence
    if judged.lookups is not None:
        evidence = judged.lookups.learn(evidence, when)
    rows = [make_report_row(e, diagnose(e, when), when, before=page.known.get(e.invoice.id)) for e in evidence]
    with context.database.begin() as session:
        keep_rows(session, report, rows, before=page.known if judged.lookups is not None else {})
    judged.rows.add(rows)
    judged.tallies.add(rows)


@contextmanager
def _cfs(context: RunContext, arguments: Arguments) -> "Iterator[tuple[CfsClient | None, str]]":
    if arguments.no_cfs:
        yield None, PREFIX
        return
    from connectors.cfs import CfsClient

    settings = context.settings(CfsSettings)
    with CfsClient(settings, dry_run=True, sleep=context.stop.wait) as cfs:
        yield cfs, settings.invoice_prefix
