"""compare cfs, told from top to bottom: the stages, page by page, each page committed with where it ended."""

from collections import Counter
from datetime import timedelta

from config.business_time import day_start, naive_utc
from config.errors import SourceRefused, SourceUnavailable
from config.plurals import counted
from config.settings import CfsSettings
from connectors.cfs import CfsClient
from database.sessions import Session
from database.sql import statements
from diagnosis.parallel_lookups import ParallelLookups
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Table
from tasks.stale_invoice_report.arguments import check_scope
from tools.compare_cfs import store
from tools.compare_cfs.arguments import Arguments
from tools.compare_cfs.compare_page import PageComparer
from tools.compare_cfs.rules import CfsDifference
from tools.compare_cfs.store import CfsComparison

sql = statements(__package__)

PAGE = 200
LOOK_BACK = timedelta(days=30)


def run(context: RunContext, arguments: Arguments) -> Outcome:
    """Compare invoices, cancelled invoices, credits and slips with CFS, and report what differs."""
    with context.database.read() as session:
        check_scope(session, context.today(), account=arguments.account, since=arguments.since)
    comparison = _begin(context, arguments)
    settings = context.settings(CfsSettings)
    with CfsClient(settings, dry_run=True, sleep=context.stop.wait) as cfs:
        comparer = PageComparer(cfs, ParallelLookups(context.stop.check), settings.invoice_prefix)
        began = comparison
        while comparison.stage != "done":
            context.stop.check()
            context.progress.step(f"{comparison.stage} after {comparison.position or 'the start'}")
            comparison = _next_page(context, arguments, comparer, comparison)
    with context.database.begin() as session:
        found = store.finish(session, comparison, context.clock())
    return _outcome(began, comparison, found)


def _begin(context: RunContext, arguments: Arguments) -> CfsComparison:
    since = arguments.since or context.today() - LOOK_BACK
    with context.database.begin() as session:
        return store.begin(
            session,
            scope=arguments.scope,
            since=day_start(since),
            until=naive_utc(context.clock()),
            now=context.clock(),
        )


def _next_page(
    context: RunContext, arguments: Arguments, comparer: PageComparer, comparison: CfsComparison
) -> CfsComparison:
    with context.database.begin() as session:
        if arguments.sample and comparison.sample is None:
            everything = _keys(session, arguments, comparison, most=arguments.sample, is_sample=True)
            comparison = store.keep_sample(session, comparison, everything)
        if comparison.sample is not None:
            keys = [key for key in comparison.sample if key > comparison.position][:PAGE]
        else:
            keys = _keys(session, arguments, comparison, most=PAGE)
        if not keys:
            return store.next_stage(session, comparison)
        compare = comparer.read(session, comparison.stage, keys)
    compared = compare()
    given_up = comparer.lookups.given_up
    if given_up is not None:
        kind = type(given_up) if isinstance(given_up, SourceRefused) else SourceUnavailable
        raise kind(
            f"CFS was given up: {given_up} The comparison stands at {comparison.stage} after "
            f"{comparison.position or 'the start'}, {comparison.compared:,} compared; the same command resumes there."
        )
    with context.database.begin() as session:
        comparison = store.keep_page(
            session,
            comparison,
            compared.found,
            position=keys[-1],
            compared=len(keys) - compared.unanswered,
            unanswered=compared.unanswered,
        )
    context.record_progress({"stage": comparison.stage, "after": comparison.position, "compared": comparison.compared})
    return comparison


def _keys(
    session: Session, arguments: Arguments, comparison: CfsComparison, *, most: int, is_sample: bool = False
) -> list[str]:
    rows = sql.run(
        session,
        f"list_{comparison.stage}",
        since=comparison.since,
        until=comparison.until,
        method=arguments.method,
        account=arguments.account,
        after="" if is_sample else comparison.position,
        most=most,
        is_sample=is_sample,
    )
    return list(rows.scalars())


def _outcome(began: CfsComparison, comparison: CfsComparison, found: list[CfsDifference]) -> Outcome:
    outcome = Outcome(attention=bool(found) or comparison.unanswered > 0)
    outcome.counts["compared"] = comparison.compared
    outcome.counts["unanswered"] = comparison.unanswered
    outcome.counts["differences"] = len(found)
    for one in found:
        outcome.counts[f"{one.kind}_{one.direction}"] += 1
    more = Counter((one.kind, one.direction) for one in found)
    said = ", ".join(f"{counted(number, kind)} with more on side {side}" for (kind, side), number in more.most_common())
    outcome.answer = (
        f"{len(found):,} of {comparison.compared:,} compared {'differs' if len(found) == 1 else 'differ'}: {said}."
        if found
        else f"All {comparison.compared:,} compared agree."
    )
    if found:
        rows = [(one.kind, one.number, one.direction, one.ours, one.theirs, one.detail) for one in found]
        columns = ("what", "number", "more on side", "ours", "CFS", "detail")
        outcome.tables.append(Table("Differences with CFS", columns, rows, "differences"))
    if began.is_resumed:
        outcome.notes.append(f"Resumed comparison {began.id}, which stood at {began.stage} after {began.position}.")
    if comparison.unanswered:
        outcome.notes.append(f"CFS gave no usable answer for {comparison.unanswered:,}; they are not compared.")
    return outcome
