"""The arguments of STALE_INVOICE_REPORT, and which of them go together."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import text

from config.errors import UsageError
from database.sessions import Session

DAYS = 20


@dataclass(frozen=True)
class Arguments:
    """What was typed."""

    days: int = DAYS
    method: str | None = None
    account: str | None = None
    as_of: date | None = None
    no_cfs: bool = False
    max_stuck: int = 0
    csv_file: Path | None = None
    xlsx_file: Path | None = None
    html_file: Path | None = None
    mail: bool = False

    def __post_init__(self) -> None:
        paths = [path for path in (self.csv_file, self.xlsx_file, self.html_file) if path is not None]
        if len({path.absolute() for path in paths}) < len(paths):
            raise UsageError("Two of --csv, --xlsx and --html name the same file.")

    @property
    def needs(self) -> tuple[str, ...]:
        """The settings this way of working cannot do without; the object store is used where it is set up."""
        return (() if self.no_cfs else ("CfsSettings",)) + (("MailSettings",) if self.mail else ())

    @property
    def scope(self) -> str:
        """What is looked at and how it is judged, as a key: reports of one scope are compared with each other."""
        words = [f"method={self.method or '*'}", f"account={self.account or '*'}"]
        words += [f"as_of={self.as_of}"] if self.as_of else []
        words += [f"days={self.days}"] if self.days != DAYS else []
        words += ["without_cfs=yes"] if self.no_cfs else []
        return " ".join(words)


def check_scope(
    session: Session, today: date, *, account: str | None, as_of: date | None = None, since: date | None = None
) -> None:
    """Raise UsageError for a future day or an unknown account: their reports would say that all is well."""
    for name, day in (("--as-of", as_of), ("--since", since)):
        if day is not None and day > today:
            raise UsageError(f"{name} {day} is in the future: the last possible day is {today}.")
    known = text("SELECT EXISTS (SELECT FROM payment_accounts WHERE auth_account_id = :account)")
    if account is not None and not session.scalar(known, {"account": account}):
        raise UsageError(f"No payment account has the auth account id {account!r}.")
