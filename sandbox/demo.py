"""The demo: the jobs and three hand tools, each command as an operator would type it, on one or two screens of output.

Of a longer answer its beginning and its end are shown; whoever types the command sees all of it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg2

from sandbox import feedback_demo
from sandbox.feedback_demo import DemoFeedback
from sandbox.sql_files import statement

ENTRYPOINT = Path(__file__).resolve().parent.parent / "invoke_jobs.py"
NIGHT = "2022-06-25"
MONDAY = "2022-06-27"
LINES = 11
_LAST = 3
_GOING_ON = {0, 3}


@dataclass(frozen=True)
class DemoStep:
    """A command of the demo, and why it is typed."""

    why: str
    words: tuple[str, ...]

    @property
    def command(self) -> str:
        """Return the command as it is typed."""
        return f"python3 invoke_jobs.py {' '.join(self.words)} --sandbox"


def steps(database_url: str, home: Path) -> Iterator[DemoStep]:
    """Return the commands in turn; what CAS and CGI send is laid out as it is due."""
    night = ("GENERATE_STATEMENTS", NIGHT)
    yield DemoStep(f"The night of {NIGHT}, a Saturday: daily and weekly statements.", night)
    yield DemoStep("The same night again changes nothing.", night)
    days = ("--since", "2022-06-24", "--until", NIGHT)
    yield DemoStep("Which statements of the last two days are missing?", ("GENERATE_STATEMENTS", "--gaps", *days))
    yield DemoStep("Make exactly those.", ("GENERATE_STATEMENTS", "--fill-gaps", *days))
    settlement = _lay_out_settlement(database_url, home)
    yield DemoStep(
        f"CAS has put {settlement} into its SFTP directory. What would it do?", ("PAD_RECONCILE", "--dry-run")
    )
    yield DemoStep("Apply it: one payment bounced, one row is for nobody we know.", ("PAD_RECONCILE",))
    evening = _lay_out_feedback(database_url, home)
    yield DemoStep(f"{evening.in_words()} Apply it, and see which batch has no answer.", ("EJV_FEEDBACK_CHECK",))
    if evening.refused is not None:
        refused = ("explain", "invoice", str(evening.refused))
        yield DemoStep(f"Invoice {evening.refused} was refused. What is its story?", refused)
    yield from _repair(database_url, evening)
    slips = ("ROUTING_SLIP_RECREATE", "--only", "correction")
    yield DemoStep("Routing slips were counted wrong: reverse the receipts in CFS, and make new ones.", slips)
    report = ("STALE_INVOICE_REPORT", "--as-of", MONDAY, "--html", str(report_page(home)))
    yield DemoStep("What stands still on the Monday after that week, why, and whose turn is it?", report)
    yield DemoStep("What ran.", ("history",))


def walk(todo: Iterator[DemoStep], *, run: Callable[[DemoStep], tuple[int, str]], say: Callable[[str], None]) -> int:
    """Type the commands, say what each prints, and stop at the first that fails (exit 3 asks for a look, no more)."""
    for step in todo:
        say(f"\n# {step.why}\n$ {step.command}")
        code, printed = run(step)
        for line in shortened(printed.splitlines()):
            say(line)
        if code not in _GOING_ON:
            return code
    return 0


def run_command(step: DemoStep) -> tuple[int, str]:
    """Run a command as a person would on a screen as wide as this one; return its exit code and what it prints."""
    screen = {"COLUMNS": str(shutil.get_terminal_size((120, 0)).columns), "LOG_LEVEL": "WARNING"}
    done = subprocess.run(
        [sys.executable, str(ENTRYPOINT), *step.words, "--sandbox"],
        check=False,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **screen},
    )
    return done.returncode, done.stdout


def shortened(lines: list[str]) -> list[str]:
    """Return the lines of an answer; of a long one its beginning and its end.

    >>> shortened([str(number) for number in range(20)])[6:9]
    ['6', '   [... 10 more lines]', '17']
    """
    if len(lines) <= LINES:
        return lines
    first = LINES - _LAST - 1
    return [*lines[:first], f"   [... {len(lines) - first - _LAST} more lines]", *lines[-_LAST:]]


def farewell(home: Path) -> str:
    """Return where the report is, and what to try next."""
    return (
        f"\nThe report, for a browser: {report_page(home).resolve().as_uri()}\n\n"
        "The sandbox is still up. The same on pages, at http://127.0.0.1:8080/ once this runs:\n"
        "  python3 invoke_jobs.py console --sandbox\n\n"
        "Three commands to try:\n"
        "  python3 invoke_jobs.py explain invoice 31 --sandbox\n"
        "  python3 invoke_jobs.py STALE_INVOICE_REPORT --method PAD --no-cfs --sandbox\n"
        "  python3 invoke_jobs.py sandbox down"
    )


def report_page(home: Path) -> Path:
    """Return where the demo writes the report."""
    return home / "stale.html"


def _lay_out_settlement(database_url: str, home: Path) -> str:
    """Lay a settlement file out as CAS would, and return its name."""
    from sandbox import cfs_part, settlement_demo, sftp_server

    sftp, cfs = sftp_server.find_running(home), cfs_part.find_running(home)
    assert sftp is not None and cfs is not None
    with closing(cfs.admin) as admin:
        return settlement_demo.lay_out(database_url, sftp, admin)


def _lay_out_feedback(database_url: str, home: Path) -> DemoFeedback:
    """Lay an evening's feedback out as CGI would."""
    from sandbox import object_store, sftp_server

    sftp, store = sftp_server.find_running(home), object_store.find_running(home)
    assert sftp is not None and store is not None
    return feedback_demo.lay_out(database_url, sftp, store, now=datetime.now(UTC))


def _repair(database_url: str, evening: DemoFeedback) -> Iterator[DemoStep]:
    """Let another service write over an invoice that was just paid, and return the command that finishes it."""
    with closing(psycopg2.connect(database_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement("forget_a_paid_journal"), {"batch": evening.answered[0] if evening.answered else 0})
        found = cursor.fetchone()
    if found:
        words = ("repair", "ejv-invoice", str(found[0]), "--reason", "demo")
        yield DemoStep(f"Another service wrote an old row over invoice {found[0]}, which was paid. Finish it.", words)
