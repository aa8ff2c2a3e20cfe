"""Judge the chosen invoices page by page: evidence, CFS, diagnosis, row.

A page is read in one short transaction and kept in another; none is open while CFS is asked. What is held in memory is
the ids, the answers of CFS and the order of the rows.
"""

from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from config.settings import CfsSettings, CgiSettings, read
from connectors.cfs import CfsClient
from connectors.inbound.unread_feedback import UnreadFile, unread_feedback
from database.sql import statements
from jobs.run.context import RunContext
from tasks.stale_invoice_report.arguments import Arguments
from tasks.stale_invoice_report.cfs_lookups import Lookups
from tasks.stale_invoice_report.cutoffs import Moments
from tasks.stale_invoice_report.diagnose import diagnose
from tasks.stale_invoice_report.gather import Gatherer
from tasks.stale_invoice_report.parallel_lookups import Asker
from tasks.stale_invoice_report.report_store import Report, keep_rows, known_before
from tasks.stale_invoice_report.row import make_row
from tasks.stale_invoice_report.settlement_files import WaitingFiles
from tasks.stale_invoice_report.sorted_rows import Spool
from tasks.stale_invoice_report.tallies import Tallies

sql = statements(__package__)

PAGE = 4_000
PREFIX = "REG"


@dataclass
class Judged:
    """What the pages came to."""

    rows: Spool = field(default_factory=Spool)
    tallies: Tallies = field(default_factory=Tallies)
    lookups: Lookups | None = None


def judge_all(
    context: RunContext, arguments: Arguments, when: Moments, *, report: Report, files: WaitingFiles
) -> Judged:
    """Give a row for every invoice that stands still, and the figures."""
    ids = _choose(context, arguments, when)
    judged = Judged()
    context.progress.begin(len(ids), "invoices")
    with _cfs(context, arguments) as (cfs, prefix):
        gatherer = Gatherer(when, prefix, files, _unread_feedback(context))
        judged.lookups = Lookups(cfs, Asker(context.stop.check)) if cfs is not None else None
        for start in range(0, len(ids), PAGE):
            context.stop.check()
            page = ids[start : start + PAGE].tolist()
            _judge_page(context, gatherer, report, judged, page)
            context.progress.advance(len(page))
            context.record_progress({"invoices": f"{start + len(page)} of {len(ids)}"})
    return judged


def _unread_feedback(context: RunContext) -> list[UnreadFile]:
    known = context.read_settings.get(CgiSettings)
    settings = known if isinstance(known, CgiSettings) else read(CgiSettings)
    with context.database.begin() as session:
        return unread_feedback(session, settings.ack_prefix)


def _choose(context: RunContext, arguments: Arguments, when: Moments) -> "array[int]":
    with context.database.begin() as session:
        chosen = sql.run(session, "choose_stuck", method=arguments.method, account=arguments.account, **when.values())
        return array("q", chosen.scalars())


def _judge_page(context: RunContext, gatherer: Gatherer, report: Report, judged: Judged, ids: list[int]) -> None:
    with context.database.begin() as session:
        page = gatherer.page(session, ids)
        known = known_before(session, report, ids)
    if judged.lookups is not None:
        page = judged.lookups.learn(page, gatherer.when)
    when = gatherer.when
    rows = [make_row(e, diagnose(e, when), when, is_known=e.invoice.id in known) for e in page]
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
