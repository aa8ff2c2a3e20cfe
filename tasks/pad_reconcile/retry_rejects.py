"""Try rejected rows again: one file after the other, so that one is open at a time, each in a transaction of its own.

Where the database refuses what the rows of a file lead to, each half of their CFS numbers is tried by itself, until
what is refused is known by its number: it stops no other.
"""

from decimal import Decimal

from sqlalchemy.exc import DBAPIError

from config.business_time import naive_utc
from config.command_line import typed
from config.errors import InputRefused, UsageError
from connectors.inbound.content import open_content
from connectors.inbound.ledger import InboundFile, find_file
from connectors.object_store import ObjectStore
from database.errors import explain, refuses_content
from database.sql import statements
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject
from tasks.pad_reconcile.apply_rows import apply_rows
from tasks.pad_reconcile.effects import RuleTotal
from tasks.pad_reconcile.follow_ups import CREDIT_SYNC, note_follow_up
from tasks.pad_reconcile.messages import enqueue_messages
from tasks.pad_reconcile.rejects import SHOWN, as_reject
from tasks.pad_reconcile.report import outcome_of_rows, rule_table
from tasks.pad_reconcile.staging import create_tables, drop_tables, keep_rejects, list_rejected_files, read_rows, stage

sql = statements(__package__)


class RejectRetry:
    """One attempt at the rejected rows of all files, of all CFS numbers or of some."""

    def __init__(self, context: RunContext, store: ObjectStore | None) -> None:
        self._context = context
        self._store = store
        self._became: dict[tuple[str, str], tuple[int, Decimal]] = {}
        self.outcome = Outcome()

    def try_file(self, file: InboundFile, numbers: list[str] | None) -> None:
        """Apply the rejected rows of a file that can be applied now."""
        try:
            self._apply(file, numbers)
        except (InputRefused, UsageError) as error:
            detail = error.full_text if isinstance(error, InputRefused) else str(error)
            command = typed("files show", file.name)
            self.outcome.rejects.append(Reject(f"rejected rows of {file.name}", "not retried", detail, command))
        except DBAPIError as error:
            self._context.stop.check()
            if not refuses_content(error):
                raise
            if numbers and len(numbers) == 1:
                self._refuse(numbers[0], str(explain(error)).rstrip("."))
            else:
                self._try_halves(file, numbers or self._rejected_numbers(file))

    def _try_halves(self, file: InboundFile, numbers: list[str]) -> None:
        half = (len(numbers) + 1) // 2
        for part in filter(None, (numbers[:half], numbers[half:])):
            self.try_file(file, part)

    def end(self) -> Outcome:
        """Return what became of the rows of all files."""
        if self._became:
            totals = [RuleTotal(*key, *self._became[key]) for key in sorted(self._became)]
            self.outcome.tables.insert(0, rule_table("rejected rows", totals))
        elif not self.outcome.notes and not self.outcome.rejects:
            self.outcome.notes.append("No applied file has rejected rows to retry.")
        return self.outcome

    def _apply(self, file: InboundFile, numbers: list[str] | None) -> None:
        context = self._context
        with open_content(file, store=self._store) as stream, context.database.begin() as session:
            create_tables(session)
            stage(session, file.id, read_rows(file, stream, today=context.today()), run_id=context.run_id)
            now, today = naive_utc(context.clock()), context.today()
            totals = keep_rejects(session, numbers, now=now)
            if not totals.rows:  # another retry was faster
                drop_tables(session)
                return
            effects = apply_rows(session, totals, now=now, today=today, source=file.name)
            enqueue_messages(context, session, effects)
            outcome = outcome_of_rows(f"{file.name}, rejected rows", totals, effects)
            still = sql.run(session, "list_still_rejected", limit=max(SHOWN - len(self.outcome.rejects), 0))
            outcome.rejects += [as_reject(file.name, row) for row in still]
            if effects.count("applied"):
                note_follow_up(session, CREDIT_SYNC, file, context.run_id)
            drop_tables(session)
            effects.drop_tables()
        self.outcome += outcome
        for name, rule, rows, amount in effects.by_rule:
            before = self._became.get((name, rule), (0, Decimal(0)))
            self._became[name, rule] = (before[0] + rows, before[1] + amount)

    def _rejected_numbers(self, file: InboundFile) -> list[str]:
        with self._context.database.read() as session:
            return list(sql.run(session, "list_rejected_numbers", file_id=file.id).scalars())

    def _refuse(self, number: str, reason: str) -> None:
        self._context.log.error("rejects.refused", number=number, error=reason)
        detail = f"{reason}. Its rows stay rejected; retry them once the cause is fixed"
        command = typed("repair pad-rejects", reason=True)
        self.outcome.rejects.append(Reject(f"rejected rows of {number}", "refused by the database", detail, command))


def retry_rejects(context: RunContext, store: ObjectStore | None, *, numbers: list[str] | None = None) -> Outcome:
    """Read the rejected rows of applied files again and try them; those that go through take their new outcome.

    store    where the files are kept; None where they lie on this machine
    numbers  only rows about these CFS numbers; None for all
    Those the database refuses stay rejected, with its words.
    """
    with context.database.read() as session:
        file_ids = list_rejected_files(session, numbers)
    retry = RejectRetry(context, store)
    for file_id in file_ids:
        context.stop.check()
        with context.database.read() as session:
            file = find_file(session, file_id)
        assert file is not None
        retry.try_file(file, numbers)
    return retry.end()
