"""STALE_INVOICE_REPORT, told from top to bottom."""

from connectors.object_store import ObjectStore
from database.sql import statements
from diagnosis.cutoffs import Cutoffs, cutoffs_at, local_day
from diagnosis.search_stored_files import open_store, search_stored_files
from diagnosis.settlement_files import WaitingFiles, known_files, open_numbers
from jobs.files_for_people import written
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject
from tasks.stale_invoice_report.arguments import Arguments, check_scope
from tasks.stale_invoice_report.artifacts import store_report, write_files
from tasks.stale_invoice_report.diagnose_pages import DiagnosedPages, diagnose_all
from tasks.stale_invoice_report.report_store import StoredReport, begin_report, finish_report, trend
from tasks.stale_invoice_report.summary import (
    ApprovedBacklog,
    Summary,
    census_table,
    diagnosis_table,
    headline,
    invoice_table,
)

sql = statements(__package__)


def run(context: RunContext, arguments: Arguments) -> Outcome:
    """Report what is stuck."""
    with context.database.read() as session:
        check_scope(session, context.today(), account=arguments.account, as_of=arguments.as_of)
    when = cutoffs_at(context.clock(), days=arguments.days, as_of=arguments.as_of)
    with open_store(context) as store:
        files = _settlement_files(context, store, when)
        report = _begin(context, arguments)
        judged = diagnose_all(context, arguments, when, report=report, files=files)
        summary = _summed_up(context, arguments, when, report, judged, weaker=_weaker(judged, files))
        outcome = _outcome(arguments, judged, summary)
        outcome += _written(context, arguments, judged, summary, store=store)
    if arguments.mail:
        from tasks.stale_invoice_report.mailing import mail_summary

        outcome += mail_summary(context, summary, outcome.artifacts)
    return outcome


def _settlement_files(context: RunContext, store: ObjectStore | None, when: Cutoffs) -> WaitingFiles:
    context.progress.step("settlement files")
    with context.database.read() as session:
        files = known_files(session)
        numbers = open_numbers(session, files)
    return search_stored_files(files, numbers, store, today=when.today)


def _begin(context: RunContext, arguments: Arguments) -> StoredReport:
    with context.database.begin() as session:
        return begin_report(session, run_id=context.run_id, scope=arguments.scope, as_of=context.clock())


def _summed_up(
    context: RunContext,
    arguments: Arguments,
    when: Cutoffs,
    report: StoredReport,
    judged: DiagnosedPages,
    *,
    weaker: tuple[str, ...],
) -> Summary:
    """Finish the report and return what it says as a whole."""
    values = {"census_before": when.census_before, "now": when.now}
    scope = {"method": arguments.method, "account": arguments.account}
    made_on = context.clock()
    with context.database.begin() as session:
        census = sql.run(session, "count_by_method", **scope, **values).all()
        gone = finish_report(session, report, judged.tallies, finished_on=made_on)
        past = trend(session, arguments.scope)
    return Summary(
        made_on=made_on,
        today=when.today,
        days=arguments.days,
        scope=arguments.scope,
        census=tuple(
            ApprovedBacklog(method, count, amount, local_day(oldest))
            for method, count, amount, oldest in map(tuple, census)
        ),
        tallies=judged.tallies,
        gone=gone,
        before_on=report.before_on,
        trend=tuple(past),
        weaker=weaker,
    )


def _weaker(judged: DiagnosedPages, files: WaitingFiles) -> tuple[str, ...]:
    """Return what makes this report weaker, and how far."""
    reasons = []
    lookups = judged.lookups.parallel if judged.lookups is not None else None
    if lookups is None:
        reasons.append("CFS was not asked (--no-cfs)")
    elif lookups.given_up is not None:
        reasons.append(f"CFS was given up after {lookups.asked} look-ups: {lookups.given_up}")
    elif lookups.failed:
        reasons.append(f"CFS gave no usable answer to {lookups.failed} of {lookups.asked} look-ups")
    if reasons and judged.tallies.weaker:
        codes = sorted(judged.tallies.weaker_codes)
        reasons[0] += f"; {judged.tallies.weaker:,} invoices have a weaker diagnosis ({', '.join(codes)})"
    return (*reasons, files.problem) if files.problem else tuple(reasons)


def _outcome(arguments: Arguments, judged: DiagnosedPages, summary: Summary) -> Outcome:
    tallies = summary.tallies
    is_too_much = tallies.stuck.count > arguments.max_stuck
    outcome = Outcome(
        attention=is_too_much and summary.is_news, attention_as_before=is_too_much and not summary.is_news
    )
    outcome.counts["stuck"] = tallies.stuck.count
    outcome.counts["waiting"] = tallies.waiting.count
    outcome.counts["new"] = tallies.new
    outcome.counts["gone"] = summary.gone.count
    if judged.lookups is not None:
        outcome.counts["cfs_lookups"] = judged.lookups.parallel.asked
        outcome.counts["cfs_unanswered"] = judged.lookups.parallel.failed
    outcome.tables.append(census_table(summary))
    if len(judged.rows):
        outcome.tables += [diagnosis_table(summary), invoice_table(judged.rows)]
    outcome.answer, *rest = headline(summary)
    outcome.notes += rest
    return outcome


def _written(
    context: RunContext,
    arguments: Arguments,
    judged: DiagnosedPages,
    summary: Summary,
    *,
    store: ObjectStore | None,
) -> Outcome:
    """Write the files that were asked for, and keep the report; a dry run keeps nothing."""
    context.progress.step("files")
    files, problems = write_files(arguments, judged.rows, summary)
    outcome = Outcome(notes=[written(path) for path in files])
    outcome.rejects += [Reject("the report", "a file was not written", problem) for problem in problems]
    if store is None:
        outcome.notes.append("The report was not kept: no object store is set up.")
    elif not context.dry_run:
        outcome.artifacts, problem = store_report(store, judged.rows, summary, run_id=context.run_id, files=files)
        outcome.notes += [problem] if problem else []
    return outcome
