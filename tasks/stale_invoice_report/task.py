"""STALE_INVOICE_REPORT, told from top to bottom."""

from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from config.settings import CfsSettings
from connectors.cfs import CfsClient
from connectors.object_store import ObjectStore
from database.sql import run_sql
from jobs.context import RunContext
from jobs.outcome import Outcome, Table
from tasks.stale_invoice_report.arguments import Arguments
from tasks.stale_invoice_report.artifacts import open_store, store_report, write_files
from tasks.stale_invoice_report.cfs_lookups import Lookups
from tasks.stale_invoice_report.diagnose import diagnose
from tasks.stale_invoice_report.gather import Gatherer
from tasks.stale_invoice_report.moments import Moments, local_day, moments
from tasks.stale_invoice_report.report_store import (
    Gone,
    Report,
    begin_report,
    finish_report,
    keep_rows,
    known_before,
    trend,
)
from tasks.stale_invoice_report.row import make_row
from tasks.stale_invoice_report.settlement_files import PACKAGE, WaitingFiles, known_files, search_waiting
from tasks.stale_invoice_report.spool import Spool
from tasks.stale_invoice_report.summary import (
    SHOWN,
    Census,
    ShownRows,
    Summary,
    census_table,
    diagnosis_table,
    headline,
)
from tasks.stale_invoice_report.tallies import Tallies

PAGE = 4_000
PREFIX = "REG"


@dataclass
class _Found:
    """What the pages came to."""

    spool: Spool = field(default_factory=Spool)
    tallies: Tallies = field(default_factory=Tallies)
    lookups: Lookups | None = None


def run(context: RunContext, arguments: Arguments) -> Outcome:
    """Report what is stuck, or compare with CFS."""
    if arguments.compare_cfs:
        from tasks.stale_invoice_report.comparison.task import compare_with_cfs

        return compare_with_cfs(context, arguments)
    when = moments(context.clock(), days=arguments.days, as_of=arguments.as_of)
    with _store(context) as (store, no_store):
        census = _count(context, arguments, when)
        files = _settlement_files(context, store)
        report = _begin(context, arguments)
        found = _judge_all(context, arguments, when, report, files)
        summary = _finish(context, arguments, when, report, found, census, _weaker(arguments, found, files))
        outcome = _outcome(arguments, found, summary)
        written = write_files(arguments, found.spool, summary)
        if store is not None and not context.dry_run:
            keys, problem = store_report(store, found.spool, summary, run_id=context.run_id, files=written)
            outcome.artifacts += keys
            outcome.notes += [problem] if problem else []
        elif no_store:
            outcome.notes.append(f"The report is not kept: {no_store}.")
    outcome.notes += [f"Written: {path}" for path in written]
    if arguments.mail:
        outcome += mail(context, summary, outcome)
    return outcome


def _count(context: RunContext, arguments: Arguments, when: Moments) -> tuple[Census, ...]:
    values = {"census_before": when.census_before, "now": when.now}
    with context.database.begin() as session:
        rows = run_sql(
            session, PACKAGE, "count_by_method", method=arguments.method, account=arguments.account, **values
        ).all()
    return tuple(Census(method, count, amount, local_day(oldest)) for method, count, amount, oldest in map(tuple, rows))


def _settlement_files(context: RunContext, store: ObjectStore | None) -> WaitingFiles:
    context.progress.step("settlement files")
    with context.database.begin() as session:
        files = known_files(session)
    return search_waiting(files, store)


def _begin(context: RunContext, arguments: Arguments) -> Report:
    with context.database.begin() as session:
        return begin_report(session, run_id=context.run_id, scope=arguments.scope, as_of=context.clock())


def _judge_all(context: RunContext, arguments: Arguments, when: Moments, report: Report, files: WaitingFiles) -> _Found:
    """Judge the chosen invoices page by page: evidence, CFS, diagnosis; no transaction is open while CFS is asked."""
    with context.database.begin() as session:
        chosen = run_sql(
            session, PACKAGE, "choose_stuck", method=arguments.method, account=arguments.account, **when.values()
        )
        ids = array("q", chosen.scalars())
    found = _Found()
    context.progress.begin(len(ids), "invoices")
    with _cfs(context, arguments) as (cfs, prefix):
        gatherer = Gatherer(when, prefix, files)
        if cfs is not None:
            found.lookups = Lookups(cfs, context.stop.check)
        for start in range(0, len(ids), PAGE):
            context.stop.check()
            _judge_page(context, gatherer, report, found, list(ids[start : start + PAGE]))
            context.record_progress({"invoices": f"{min(start + PAGE, len(ids))} of {len(ids)}"})
    return found


def _judge_page(context: RunContext, gatherer: Gatherer, report: Report, found: _Found, ids: list[int]) -> None:
    with context.database.begin() as session:
        page = gatherer.page(session, ids)
        known = known_before(session, report, ids)
    if found.lookups is not None:
        page = found.lookups.learn(page, gatherer.when)
    rows = [make_row(e, diagnose(e, gatherer.when), gatherer.when, is_known=e.invoice.id in known) for e in page]
    with context.database.begin() as session:
        keep_rows(session, report, rows)
    for row in rows:
        found.spool.add(row)
        found.tallies.add(row)
    context.progress.advance(len(ids))


def _finish(
    context: RunContext, arguments: Arguments, when: Moments, report: Report, found: _Found,
    census: tuple[Census, ...], weaker: tuple[str, ...],
) -> Summary:  # fmt: skip
    made_on = context.clock()
    with context.database.begin() as session:
        gone: Gone = finish_report(session, report, found.tallies, finished_on=made_on)
        past = trend(session, arguments.scope)
    return Summary(
        made_on=made_on,
        today=when.today,
        days=arguments.days,
        scope=arguments.scope,
        census=census,
        tallies=found.tallies,
        gone=gone,
        before_on=report.before_on,
        trend=tuple(past),
        weaker=weaker,
    )


def _weaker(arguments: Arguments, found: _Found, files: WaitingFiles) -> tuple[str, ...]:
    """Say what makes this report weaker, and how far."""
    reasons = []
    if arguments.no_cfs:
        reasons.append("CFS was not asked (--no-cfs)")
    elif found.lookups is not None and found.lookups.given_up:
        reasons.append(f"CFS was given up after {found.lookups.asked} look-ups: {found.lookups.given_up}")
    elif found.lookups is not None and found.lookups.failed:
        reasons.append(f"CFS gave no usable answer to {found.lookups.failed} of {found.lookups.asked} look-ups")
    if reasons and found.tallies.weaker:
        codes = sorted({row.code for row in found.spool if row.confidence == "weaker"})
        reasons[0] += f"; {found.tallies.weaker:,} invoices have a weaker diagnosis ({', '.join(codes)})"
    return (*reasons, files.problem) if files.problem else tuple(reasons)


def _outcome(arguments: Arguments, found: _Found, summary: Summary) -> Outcome:
    tallies = summary.tallies
    outcome = Outcome(attention=tallies.stuck.count > arguments.fail_over)
    outcome.counts["stuck"] = tallies.stuck.count
    outcome.counts["waiting"] = tallies.waiting.count
    outcome.counts["new"] = tallies.new
    outcome.counts["gone"] = summary.gone.count
    if found.lookups is not None:
        outcome.counts["cfs_lookups"] = found.lookups.asked
        outcome.counts["cfs_unanswered"] = found.lookups.failed
    outcome.tables.append(census_table(summary))
    if len(found.spool):
        outcome.tables.append(diagnosis_table(summary))
        outcome.tables.append(Table("Invoices, the worst first", SHOWN, ShownRows(found.spool)))  # type: ignore[arg-type]
    outcome.notes += headline(summary)
    return outcome


def mail(context: RunContext, summary: Summary, outcome: Outcome) -> Outcome:
    """Mail the summary; the libraries of mail are imported only for it."""
    from tasks.stale_invoice_report.mailing import mail_summary

    return mail_summary(context, summary, outcome.artifacts)


@contextmanager
def _cfs(context: RunContext, arguments: Arguments) -> Iterator[tuple[CfsClient | None, str]]:
    if arguments.no_cfs:
        yield None, PREFIX
        return
    settings = context.settings(CfsSettings)
    with CfsClient(settings, dry_run=True, sleep=context.stop.wait) as cfs:
        yield cfs, settings.invoice_prefix


@contextmanager
def _store(context: RunContext) -> Iterator[tuple[ObjectStore | None, str | None]]:
    store, problem = open_store(context)
    try:
        yield store, problem
    finally:
        if store is not None:
            store.close()
