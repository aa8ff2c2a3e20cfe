"""GENERATE_STATEMENTS, told from top to bottom."""

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

from config.command_line import typed
from config.errors import UsageError
from config.plurals import counted, is_or_are
from database.sql import statements
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome
from jobs.run.shard import Shard
from tasks.generate_statements.arguments import Arguments
from tasks.generate_statements.few import STATEMENTS, find_few
from tasks.generate_statements.gaps import StatementGap, find_gaps, gap_table, plan_table
from tasks.generate_statements.generate import generate_period
from tasks.generate_statements.periods import StatementPeriod, periods_ending
from tasks.generate_statements.without_notice import find_without_notice

sql = statements(__package__)


def run(context: RunContext, arguments: Arguments) -> Outcome:
    """Make the statements that are due, or find or fill those that are missing."""
    today = context.today()
    if arguments.mode in {"gaps", "fill"}:
        gaps = _find_gaps(context, arguments, today)
        return _report_gaps(arguments, gaps) if arguments.mode == "gaps" else _fill_gaps(context, arguments, gaps)
    days = arguments.days(today)
    _check_account(context, arguments, min(days), max(days))
    periods = [period for day in days for period in periods_ending(day)]
    outcome = _generate(context, arguments, periods, notify=arguments.mode == "night")
    unnoticed = find_without_notice(max(days), outcome.counts["statements_without_notice"])
    outcome.rejects += [unnoticed] if unnoticed else []
    if arguments.mode == "night" and arguments.auth_account is None and context.shard.count == 1:
        few = find_few(context, max(days), sum(outcome.counts[name] for name in STATEMENTS))
        outcome.rejects += [few] if few else []
    if arguments.auth_account and not outcome.counts.total():
        outcome.notes.append(
            f"Nothing was due for account {arguments.auth_account}: weekly statements end on a Saturday, monthly ones "
            "on the last day of the month. None is due of days that an interim statement covers, nor of a frequency "
            "that is not DAILY, WEEKLY or MONTHLY."
        )
    return outcome


def _generate(
    context: RunContext,
    arguments: Arguments,
    periods: Iterable[StatementPeriod],
    *,
    notify: bool = False,
    only_missing: bool = False,
) -> Outcome:
    """Make one period after the other; each is committed by itself, and a repeat changes nothing."""
    outcome = Outcome()
    wanted = list(periods)
    workers = 1 if context.dry_run else arguments.parallel
    shards = context.shard.split(workers)

    def one(period: StatementPeriod, shard: Shard) -> dict[str, int]:
        with context.database.begin() as session:
            done = generate_period(
                session,
                period,
                today=context.today(),
                notify=notify,
                only_missing=only_missing,
                auth_account=arguments.auth_account,
                shard=shard,
            )
            if context.dry_run and arguments.mode in {"range", "fill"}:
                # The locks and temporary tables of years of periods do not fit into one transaction.
                context.database.undo(session)
            return done

    context.progress.begin(len(wanted))
    with ThreadPoolExecutor(workers) as pool:
        for period in wanted:
            context.stop.check()
            context.progress.step(str(period))
            done = Counter[str]()
            for part in pool.map(one, [period] * workers, shards):
                done.update(part)
            outcome.counts.update(done)
            context.log.info("period.done", period=str(period), **done)
            context.record_progress({"last_period": str(period), "periods": f"{len(wanted)} wanted"})
            context.progress.advance()
    return outcome


def _check_account(context: RunContext, arguments: Arguments, first: date, last: date) -> None:
    """Refuse an account that does not exist or has no settings on any of the days."""
    if arguments.auth_account is None:
        return
    with context.database.read() as session:
        rows = sql.run(session, "list_settings", account=arguments.auth_account).all()
    if not rows:
        raise UsageError(f"No payment account has the auth account id {arguments.auth_account!r}.")
    settings = [row for row in rows if row.frequency]
    if not any(row.from_date <= last and (row.to_date is None or row.to_date >= first) for row in settings):
        listed = (f"{row.frequency} {row.from_date} to {row.to_date or 'today'}" for row in settings)
        known = "; ".join(listed) or "none at all"
        when = f"on {first}" if first == last else f"from {first} to {last}"
        raise UsageError(f"Account {arguments.auth_account} has no statement settings {when}. Its settings: {known}.")


def _find_gaps(context: RunContext, arguments: Arguments, today: date) -> list[StatementGap]:
    since, until = arguments.window(today)
    _check_account(context, arguments, since, until)
    with context.database.read() as session:
        gaps = find_gaps(session, since, until, auth_account=arguments.auth_account, shard=context.shard)
    missing = sum(gap.accounts for gap in gaps)
    context.log.info("gaps.found", since=str(since), until=str(until), missing=missing)
    return gaps


def _report_gaps(arguments: Arguments, gaps: list[StatementGap]) -> Outcome:
    outcome = Outcome(attention=bool(gaps))
    missing = sum(gap.accounts for gap in gaps)
    outcome.counts["statements_missing"] = missing
    outcome.answer = (
        f"{counted(missing, 'statement')} {is_or_are(missing)} missing" if gaps else "No statement is missing"
    )
    outcome.answer += f", in {counted(len(gaps), 'period')}." if gaps else "."
    if gaps:
        outcome.tables.append(gap_table(gaps))
        first, last = min(gap.period.last for gap in gaps), max(gap.period.last for gap in gaps)
        only = ("--account", arguments.auth_account) if arguments.auth_account else ()
        command = typed("GENERATE_STATEMENTS --fill-gaps", "--since", first, "--until", last, *only)
        outcome.notes.append(f"All of them: {command}")
    return outcome


def _fill_gaps(context: RunContext, arguments: Arguments, gaps: list[StatementGap]) -> Outcome:
    if not gaps:
        return Outcome(notes=["No statement is missing."])
    context.show(plan_table(gaps))
    return _generate(context, arguments, [gap.period for gap in gaps], only_missing=True)
