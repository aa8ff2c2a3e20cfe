"""Builds small pay databases for the statement tests, in business-local days and times, and runs the job on them.

Days are written as text, `2022-06-25`. A time as text, `2022-06-25 23:59`, is local; a naive datetime is what the pay
tables hold, UTC.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from database.engine import Database
from database.pay.history import keep_versions
from jobs.run.outcome import Outcome, Table
from jobs.run.shard import parse_shard
from jobs.run.stopping import StopRequest
from tasks.generate_statements.arguments import Arguments
from tasks.generate_statements.task import run
from tests.pay_books import PayBooks

NOW = "2026-11-22 01:01"

Day = str | date
Time = str | datetime


def day(value: Day) -> date:
    """Return a day that was written as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def local(value: str) -> datetime:
    """Return the instant of a local time."""
    return datetime.fromisoformat(value).replace(tzinfo=ZoneInfo("America/Vancouver"))


def stored(value: Time) -> datetime:
    """Return a time as the pay tables hold it."""
    return local(value).astimezone(UTC).replace(tzinfo=None) if isinstance(value, str) else value


@dataclass(frozen=True)
class StatementAccount:
    """A payment account."""

    id: int
    auth: str


@dataclass(frozen=True)
class Statement:
    """A row of `statements` with the invoices it lists, in the order of their ids."""

    id: int
    account: str
    frequency: str
    first: date
    last: date
    created_on: date
    setting: int | None
    notification: str
    interim: bool
    methods: str | None
    empty: bool
    invoices: tuple[int, ...]

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Account, frequency and period, as a test writes them."""
        return self.account, self.frequency, str(self.first), str(self.last)


_STATEMENTS = """
SELECT statement.id,
       account.auth_account_id AS account,
       statement.frequency,
       statement.from_date AS first,
       statement.to_date AS last,
       statement.created_on,
       statement.statement_settings_id AS setting,
       statement.notification_status_code AS notification,
       statement.is_interim_statement AS interim,
       statement.payment_methods AS methods,
       statement.is_empty AS empty,
       array(SELECT link.invoice_id FROM statement_invoices AS link
              WHERE link.statement_id = statement.id ORDER BY link.invoice_id) AS invoices
  FROM statements AS statement
  JOIN payment_accounts AS account ON account.id = statement.payment_account_id
 ORDER BY statement.id
"""


class StatementBooks(PayBooks):
    """A pay database on which a test runs GENERATE_STATEMENTS."""

    JOB = "GENERATE_STATEMENTS"

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.show: Callable[[Table], None] = lambda _table: None
        self.record: Callable[[dict[str, Any]], None] = lambda _finished: None

    def account(
        self, method: str | None = "PAD", *, auth: str | None = None, notified: bool | None = False
    ) -> StatementAccount:
        """Add an account; its auth account id is A1, A2 ... unless named."""
        found = self.add(
            "payment_accounts", auth_account_id=auth, payment_method=method, statement_notification_enabled=notified
        )
        if auth is None:
            auth = f"A{found}"
            self.change("UPDATE payment_accounts SET auth_account_id = :auth WHERE id = :id", auth=auth, id=found)
        return StatementAccount(found, auth)

    def pays_by(self, account: StatementAccount, method: str, *, since: Time | None = None) -> None:
        """Let an account have another payment method; its history has the one before where it is said since when."""
        if since is not None:
            with self.database.begin() as session:
                keep_versions(session, "payment_accounts", [account.id], stored(since))
        self.change("UPDATE payment_accounts SET payment_method = :code WHERE id = :id", code=method, id=account.id)

    def setting(
        self, account: StatementAccount, frequency: str, first: Day = "2019-01-01", last: Day | None = None
    ) -> int:
        """Add a statement setting, open-ended unless it has a last day."""
        return self.add(
            "statement_settings",
            payment_account_id=account.id,
            frequency=frequency,
            from_date=day(first),
            to_date=day(last) if last else None,
        )

    def profile(self, account: StatementAccount, method: str) -> None:
        """Add a CFS profile that is not used any more."""
        self.add("cfs_accounts", account_id=account.id, payment_method=method, status="INACTIVE")

    def with_setting(self, frequency: str, method: str = "PAD", first: Day = "2019-01-01", last: Day | None = None,
                     **more: Any) -> StatementAccount:  # fmt: skip
        """Add an account with one setting."""
        account = self.account(method, **more)
        self.setting(account, frequency, first, last)
        return account

    def invoice(self, account: StatementAccount, at: Time, method: str = "PAD", status: str = "PAID") -> int:
        """Add an invoice that was made at a time."""
        return self.add(
            "invoices",
            payment_account_id=account.id,
            created_on=stored(at),
            created_by="test",
            payment_method_code=method,
            invoice_status_code=status,
            total=30,
        )

    def statement(
        self,
        account: StatementAccount,
        frequency: str,
        first: Day,
        last: Day,
        *,
        invoices: Iterable[int] = (),
        methods: str | None = "PAD",
        empty: bool | None = None,
        status: str = "SKIP",
        setting: int | None = None,
        interim: bool = False,
        made: Day = "2020-01-01",
    ) -> int:
        """Add a statement that exists already, with its links."""
        listed = list(invoices)
        found = self.add(
            "statements",
            payment_account_id=account.id,
            frequency=frequency,
            from_date=day(first),
            to_date=day(last),
            created_on=day(made),
            statement_settings_id=setting,
            notification_status_code=status,
            is_interim_statement=interim,
            payment_methods=methods,
            is_empty=not listed if empty is None else empty,
        )
        for invoice in listed:
            self.add("statement_invoices", statement_id=found, invoice_id=invoice)
        return found

    def interim(self, account: StatementAccount, first: Day, last: Day, *, invoices: Iterable[int] = ()) -> int:
        """Add an interim statement, as the API makes it when an account switches to or from EFT."""
        return self.statement(account, "WEEKLY", first, last, invoices=invoices, empty=True, interim=True)

    def generate(
        self,
        on: Day | None = None,
        account: str | None = None,
        *,
        now: str = NOW,
        first: Day | None = None,
        last: Day | None = None,
        since: Day | None = None,
        until: Day | None = None,
        gaps: bool = False,
        fill_gaps: bool = False,
        only_account: str | None = None,
        parallel: int = 1,
        shard: str = "1/1",
        stop: StopRequest | None = None,
    ) -> Outcome:
        """Run GENERATE_STATEMENTS at a local time."""
        given = {"day": on, "first": first, "last": last, "since": since, "until": until}
        arguments = Arguments(
            **{name: day(value) if value else None for name, value in given.items()},
            account=account,
            gaps=gaps,
            fill_gaps=fill_gaps,
            only_account=only_account,
            parallel=parallel,
        )
        context = self.context_of(
            lambda: local(now), stop=stop, show=self.show, record_progress=self.record, shard=parse_shard(shard)
        )
        return run(context, arguments)

    def statements(self, account: StatementAccount | None = None) -> list[Statement]:
        """Return all statements, oldest first, or those of one account."""
        with self.database.begin() as session:
            rows = session.execute(text(_STATEMENTS)).all()
        found = [Statement(**{**row._mapping, "invoices": tuple(row.invoices)}) for row in rows]
        return [one for one in found if account is None or one.account == account.auth]

    def keys(self) -> list[tuple[str, str, str, str]]:
        """Return account, frequency and period of every statement, sorted."""
        return sorted(one.key for one in self.statements())

    def written(self) -> list[tuple[Any, ...]]:
        """Return everything the job may write: every column of statements and their links."""
        with self.database.begin() as session:
            return [
                tuple(row)
                for table in ("statements", "statement_invoices")
                for row in session.execute(text(f"SELECT * FROM {table} ORDER BY id"))
            ]
