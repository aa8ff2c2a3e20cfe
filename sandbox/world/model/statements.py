"""Which statements GENERATE_STATEMENTS must make, and what is on each. Source: docs/specs/statements.md."""

from collections.abc import Iterator
from datetime import date, timedelta

from sandbox.world.model.records import ModelAccount, ModelInvoice, ModelSetting, ModelStatement, WorldModel

_SATURDAY = 6


def learn_statements(model: WorldModel, day: date) -> None:
    """Take in that the statements of the day that is over were made."""
    billed: dict[int, list[ModelInvoice]] = {}
    for invoice in [*model.invoices.values(), *(fee for fee in model.fees.values() if not fee.id)]:
        billed.setdefault(invoice.account, []).append(invoice)
    for account in model.accounts.values():
        for setting in account.settings:
            if setting.first <= day and (setting.last is None or day <= setting.last):
                for first in _first_days(setting, day):
                    if _is_rest_of_week(setting, day) and any(
                        begins <= first and day <= ends for begins, ends in account.interims
                    ):
                        model.chronicle.note("an interim statement is the rest of a week", f"account {account.id}")
                        continue
                    made = _statement(account, setting, first, day, billed.get(account.id, []))
                    model.statements.append(made)
                    model.chronicle.note(_situation(setting, made), f"account {account.id}")


def _situation(setting: ModelSetting, made: ModelStatement) -> str:
    ends = (
        ", its setting ends within the week"
        if setting.last == made.last and made.last.isoweekday() != _SATURDAY
        else ""
    )
    begins = ", its setting began within it" if setting.first > made.first else ""
    several = ", of several methods" if "," in made.methods else ""
    return f"a {made.frequency} statement{', empty' if not made.invoices else ''}{several}{ends}{begins}"


def _is_rest_of_week(setting: ModelSetting, day: date) -> bool:
    return setting.frequency == "WEEKLY" and day.isoweekday() != _SATURDAY


def _first_days(setting: ModelSetting, day: date) -> Iterator[date]:
    """Return the first day of the statement that is due once a day is over, if one is."""
    sunday = day - timedelta(days=day.isoweekday() % 7)
    ends_month = (day + timedelta(days=1)).day == 1
    if setting.frequency == "DAILY":
        yield day
    elif setting.frequency == "WEEKLY" and (day.isoweekday() == _SATURDAY or setting.last == day):
        yield sunday
    elif setting.frequency == "MONTHLY" and ends_month:
        yield day.replace(day=1)


def _statement(
    account: ModelAccount, setting: ModelSetting, first: date, last: date, billed: list[ModelInvoice]
) -> ModelStatement:
    """Return what a statement lists; where the account switched to or from EFT meanwhile, the method alone decides."""
    has_switched = any(first <= ends <= last for _, ends in account.interims)
    listed = [
        one
        for one in billed
        if first <= one.day <= last
        and (one.method == "EFT") == (account.method == "EFT")
        and (has_switched or not _is_on_an_earlier_one(account, setting, one.day))
    ]
    methods = sorted({one.method for one in listed}) or [account.method]
    status = "PENDING" if account.is_notified else "SKIP"
    return ModelStatement(account.id, setting.frequency, first, last, ",".join(methods), listed, status)


def _is_on_an_earlier_one(account: ModelAccount, setting: ModelSetting, day: date) -> bool:
    """Whether the setting that was in force on a day had a statement of its own with that day on it."""
    return day < setting.first and any(
        other.first <= day <= other.last and (other.frequency != "MONTHLY" or _end_of_month(day) <= other.last)
        for other in account.settings
        if other.last is not None
    )


def _end_of_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
