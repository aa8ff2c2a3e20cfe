"""Parameter types, options and checks that jobs and commands share on the command line."""

from datetime import date
from pathlib import Path
from typing import Any

import click

from config.errors import UsageError
from jobs.files_for_people import why_not_writable

FOR_A_POD = "jobs.for_a_pod"  # in the meta of a context whose command is to run in a pod of its own


STDOUT = Path("-")
POD_FOLDER = Path("/tmp")  # noqa: S108 - the emptyDir of jobs/manifests/pods.py


FIRST_YEAR = 2000  # no row of the pay database is older; an earlier year is a slip of the fingers
_TOO_EARLY = f"{{!r}} is before {FIRST_YEAR}: is the year right?"
MOST_DAYS = 36_500
MOST_ROWS = 2**31 - 1
ROW_ID = click.IntRange(1, 2**63 - 1)


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
            day = date.fromisoformat(text)
        except ValueError:
            self.fail(f"{text!r} is not a date: expected yyyy-mm-dd, like 2022-06-25.", param, ctx)
        return day if day.year >= FIRST_YEAR else self.fail(_TOO_EARLY.format(text), param, ctx)


DAY = DayType()


class MonthType(click.ParamType[date]):
    """A calendar month, `yyyy-mm`: its first day."""

    name = "MONTH"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        text = str(value)
        try:
            if len(text) != 7:
                raise ValueError
            month = date.fromisoformat(f"{text}-01")
        except ValueError:
            self.fail(f"{text!r} is not a month: expected yyyy-mm, like 2022-06.", param, ctx)
        return month if month.year >= FIRST_YEAR else self.fail(_TOO_EARLY.format(text), param, ctx)


MONTH = MonthType()


class ExistingFile(click.ParamType[Path]):
    """A file of this machine that is to be read."""

    name = "FILE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = Path(str(value))
        refuse_own_file(path, param, ctx)
        if not path.is_file():
            self.fail(f"There is no file {path} (looked in {Path.cwd()}).", param, ctx)
        return path


EXISTING_FILE = ExistingFile()


class NewFile(click.ParamType[Path]):
    """A file of this machine that is to be written; whether it can be is found out before the work."""

    name = "FILE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = Path(str(value))
        if path == STDOUT:
            self.fail("- is not taken for stdout here: name the file to write.", param, ctx)
        if _is_for_a_pod(ctx):
            if not path.is_relative_to(POD_FOLDER):
                self.fail(
                    f"{path}: in a pod only {POD_FOLDER} can be written; name {POD_FOLDER / path.name}.", param, ctx
                )
            return path
        problem = why_not_writable(path)
        if problem is not None:
            self.fail(problem, param, ctx)
        return path


class NewFileOrStdout(NewFile):
    """A file that is to be written, or - for stdout."""

    name = "FILE|-"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        return STDOUT if str(value) == str(STDOUT) else super().convert(value, param, ctx)


class OwnFile(click.ParamType[str]):
    """A file that a person has made or edited on this machine, or is about to."""

    name = "FILE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        refuse_own_file(Path(str(value)), param, ctx)
        return str(value)


NEW_FILE = NewFile()
NEW_FILE_OR_STDOUT = NewFileOrStdout()
OWN_FILE = OwnFile()
INBOUND_FILE = click.Option(
    ["--file", "file"], metavar="NAME", help="Apply one stored or local file instead of polling."
)
RETIRED_FOR_FILES = (
    ("--list", "files list"),
    ("--replay", 'files replay NAME --reason "..."'),
    ("--ignore", 'files ignore NAME --reason "..."'),
)


class ReasonOption(click.Option):
    """`--reason`, which is required and not blank; a dry run changes nothing and needs none."""

    def get_default(self, ctx: click.Context, call: bool = True) -> Any:
        return "a dry run" if ctx.params.get("dry_run") else super().get_default(ctx, call)

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        reason = super().process_value(ctx, value)
        require_reason(reason)
        return reason


REASON_HELP = "Who asked and why; kept in the ledger. A dry run needs none."
REASON = ReasonOption(["--reason"], required=True, help=REASON_HELP)


JSON_HELP = "Print exactly one JSON object on stdout."
SANDBOX_HELP = "Work on the sandbox of this machine instead of the systems in the settings."
json_option = click.option("--json", "as_json", is_flag=True, help=JSON_HELP)
sandbox_option = click.option("--sandbox", is_flag=True, help=SANDBOX_HELP)


def use_sandbox() -> None:
    """Start the sandbox if needed and point the settings of this process at it, as the entrypoint does it."""
    click.get_current_context().obj()


def refuse_own_file(path: Path, param: click.Parameter | None, ctx: click.Context | None) -> None:
    """Raise UsageError where a command that is to run in a pod of its own reads a file of this machine."""
    if _is_for_a_pod(ctx):
        raise click.BadParameter(
            f"a pod of its own has no {path}. Use the operator's pod (docs/operations.md): oc cp {path} "
            f"OPERATOR-POD:{POD_FOLDER / path.name}, then run the command there.",
            ctx,
            param,
        )


def _is_for_a_pod(ctx: click.Context | None) -> bool:
    return ctx is not None and bool(ctx.meta.get(FOR_A_POD))


def require_reason(reason: str | None) -> None:
    """Raise UsageError where the reason is blank."""
    if not (reason or "").strip():
        raise UsageError('--reason "..." is blank: say who asked and why; it is kept in the ledger.')
