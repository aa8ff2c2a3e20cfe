"""The rules of statement generation in plain Python: slow, obvious, and written without looking at the SQL.

Source: docs/specs/statements.md sections 1 to 6, with the departures of sections 8, 10 and 11. Everything is small
enough to be looked at one by one: each account, each due period, each invoice.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Vancouver")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class BilledAccount:
    """An account as it is now."""

    id: int
    method: str | None
    notified: bool


@dataclass(frozen=True)
class BilledSetting:
    """From which day to which an account gets statements of a frequency."""

    id: int
    account: int
    frequency: str
    first: date
    last: date | None

    def holds(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class BilledInvoice:
    """An invoice; `made` is naive UTC."""

    id: int
    account: int
    made: datetime
    method: str

    @property
    def day(self) -> date:
        return self.made.replace(tzinfo=UTC).astimezone(ZONE).date()


@dataclass(frozen=True)
class ExpectedStatement:
    """A statement; `id` is None for one that the run makes."""

    id: int | None
    account: int
    frequency: str
    first: date
    last: date
    setting: int | None
    made: date
    notification: str
    interim: bool
    methods: str | None
    empty: bool
    invoices: frozenset[int]


@dataclass
class StatementModel:
    """Everything the job reads and writes."""

    accounts: list[BilledAccount] = field(default_factory=list)
    settings: list[BilledSetting] = field(default_factory=list)
    invoices: list[BilledInvoice] = field(default_factory=list)
    statements: list[ExpectedStatement] = field(default_factory=list)

    def run(self, day: date, *, today: date, notify: bool) -> None:
        """Make the statements that are due once the day is over."""
        for account in self.accounts:
            self._make(account, "DAILY", day, day, today, notify)
            sunday = day
            while sunday.strftime("%a") != "Sun":
                sunday -= ONE_DAY
            self._make(account, "WEEKLY", sunday, day, today, notify, rest=day.strftime("%a") != "Sat")
            if (day + ONE_DAY).month != day.month:
                self._make(account, "MONTHLY", day.replace(day=1), day, today, notify)

    def missing(self, since: date, until: date) -> set[tuple[int, str, date, date]]:
        """Return the statements that should exist and do not: account, frequency, first and last day."""
        before = {statement.id for statement in self.statements}
        trial = StatementModel(self.accounts, self.settings, self.invoices, list(self.statements))
        for number in range((until - since).days + 1):
            trial.run(since + number * ONE_DAY, today=until, notify=False)
        assert None not in before
        return {
            (one.account, one.frequency, one.first, one.last)
            for one in trial.statements
            if one.id is None and not self._covered_by_interim(one.account, one.first, one.last)
        }

    def _make(
        self,
        account: BilledAccount,
        frequency: str,
        first: date,
        last: date,
        today: date,
        notify: bool,
        rest: bool = False,
    ) -> None:
        valid = [
            one
            for one in self.settings
            if one.account == account.id
            and one.frequency == frequency
            and one.holds(last)
            and (not rest or one.last == last)
        ]
        if not valid or (rest and self._covered_by_interim(account.id, first, last)):
            return
        setting = max(valid, key=lambda one: (one.first, one.id))
        listed = [one for one in self.invoices if self._belongs(one, account, valid, first, last)]
        methods = ",".join(sorted({one.method for one in listed}))
        invoices = frozenset(one.id for one in listed)
        existing = [one for one in self.statements if self._is(one, account, frequency, first, last)]
        if not existing:
            status = "PENDING" if notify and account.notified else "SKIP"
            self.statements.append(
                ExpectedStatement(None, account.id, frequency, first, last, setting.id, today, status, False,
                          methods or self._method_then(account, last), not listed, invoices)
            )  # fmt: skip
            return
        kept, *duplicates = sorted(existing, key=lambda one: one.id or 0)
        right = replace(kept, methods=methods or kept.methods, empty=not listed, invoices=invoices)
        self._replace(kept, right if right == kept else replace(right, made=today))
        for one in duplicates:
            status = "SKIP" if one.notification == "PENDING" else one.notification
            self._replace(one, replace(one, empty=True, invoices=frozenset(), notification=status))

    def _belongs(
        self, invoice: BilledInvoice, account: BilledAccount, shared: list[BilledSetting], first: date, last: date
    ) -> bool:
        if invoice.account != account.id or not first <= invoice.day <= last:
            return False
        if (invoice.method == "EFT") is not self._listed_eft_then(account, last):
            return False
        return not self._has_a_statement_of_its_own(invoice.day, account, shared, first, last)

    def _listed_eft_then(self, account: BilledAccount, last: date) -> bool:
        """Whether the account paid by EFT when the period ended; each later switch left an interim statement."""
        is_eft = account.method == "EFT"
        went_on = any(one.account == account.id and one.first > last for one in self.settings)
        switches = [one for one in self.statements if one.account == account.id and one.interim and one.last > last]
        for _ in switches if went_on else ():
            is_eft = not is_eft
        return is_eft

    def _method_then(self, account: BilledAccount, last: date) -> str:
        """By what the account paid when the period ended, as far as it can be told without its history."""
        if self._listed_eft_then(account, last):
            return "EFT"
        if account.method != "EFT":
            return account.method or ""
        before = [one for one in self.invoices if one.account == account.id and one.day <= last and one.method != "EFT"]
        return max(before, key=lambda one: (one.made, one.id)).method if before else ""

    def _has_a_statement_of_its_own(
        self, day: date, account: BilledAccount, shared: list[BilledSetting], first: date, last: date
    ) -> bool:
        """Whether an earlier setting puts the day on another statement, although this period includes it."""
        if any(one.holds(day) for one in shared):
            return False
        if any(one.account == account.id and one.interim and first <= one.last <= last for one in self.statements):
            return False
        for one in self.settings:
            if one.account != account.id or one.last is None or not one.holds(day):
                continue
            if one.frequency != "MONTHLY":
                return True
            end_of_month = day
            while (end_of_month + ONE_DAY).month == day.month:
                end_of_month += ONE_DAY
            if end_of_month <= one.last:
                return True
        return False

    def _covered_by_interim(self, account: int, first: date, last: date) -> bool:
        return any(
            one.account == account and one.interim and one.first <= first and one.last >= last
            for one in self.statements
        )

    @staticmethod
    def _is(one: ExpectedStatement, account: BilledAccount, frequency: str, first: date, last: date) -> bool:
        found = (one.account, one.frequency, one.first, one.last, one.interim)
        return found == (account.id, frequency, first, last, False)

    def _replace(self, old: ExpectedStatement, new: ExpectedStatement) -> None:
        self.statements[self.statements.index(old)] = new
