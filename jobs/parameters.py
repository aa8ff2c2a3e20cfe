"""Parameter types and checks that jobs share on the command line."""

from datetime import date
from pathlib import Path

import click

from config.errors import UsageError
from jobs.files_for_people import why_not_writable


class DayType(click.ParamType[date]):
    """A calendar day, `yyyy-mm-dd`."""

    name = "DATE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        text = str(value)
        try:
            if len(text) != 10:
                raise ValueError
            return date.fromisoformat(text)
        except ValueError:
            self.fail(f"{text!r} is not a date: expected yyyy-mm-dd, like 2022-06-25.", param, ctx)


DAY = DayType()


class ExistingFile(click.ParamType[Path]):
    """A file of this machine that is to be read."""

    name = "FILE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = Path(str(value))
        if not path.is_file():
            self.fail(f"There is no file {path} (looked in {Path.cwd()}).", param, ctx)
        return path


EXISTING_FILE = ExistingFile()


class NewFile(click.ParamType[Path]):
    """A file of this machine that is to be written; whether it can be is found out before the work."""

    name = "FILE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = Path(str(value))
        problem = why_not_writable(path)
        if problem is not None:
            self.fail(problem, param, ctx)
        return path


NEW_FILE = NewFile()
INBOUND_FILE = click.Option(
    ["--file", "file"], metavar="NAME", help="Apply one stored or local file instead of polling."
)


def require_reason(reason: str | None) -> None:
    """Raise UsageError where the reason is blank."""
    if not (reason or "").strip():
        raise UsageError('--reason "..." is blank: say who asked and why; it is kept in the ledger.')
