"""The operators' FAQ as a walk: the one command that answers each item, and how its first line begins."""

import errno
import math
import os
import re
import sys
import termios
from dataclasses import dataclass
from pathlib import Path

import click

from jobs.commands.cli import main

SECONDS = 5.0
LINES = 40
WIDTHS = (80, 160)


@dataclass(frozen=True)
class FaqAnswer:
    """The command that answers an item of the FAQ, and a pattern of its first line."""

    item: str
    command: str
    first: str


WALK = (
    FaqAnswer("2: what the dates mean", "explain invoice 31", r"Invoice 31 is [A-Z_]+: [\d.,]+ CAD by [A-Z]+"),
    FaqAnswer("3: migrations", "db upgrade", r"The schema pay_jobs is up to date at \d+\."),
    FaqAnswer(
        "5, 15: BC Online",
        "compare bcol --file billing.csv --key-column KEY --amount-column AMOUNT --date-column DATE",
        r"\d+ differences \(",
    ),
    FaqAnswer("6: disbursement", "explain batch 1", r"Batch 1 \(PAYMENT\) is COMPLETED: sent as INBOX\."),
    FaqAnswer(
        "9: stuck",
        "STALE_INVOICE_REPORT --days 20 --method PAD --no-cfs",
        r"[\d,]+ invoices totalling [\d,.]+ CAD are stuck",
    ),
    FaqAnswer("10: slips", "slips list", r"\d+ operations on slips are in progress: "),
    FaqAnswer("11: CFS and we", "compare cfs --since 2022-06-01 --sample 50", r"[\d,]+ of [\d,]+ compared differ: "),
    FaqAnswer("12: cancelled, credited", "explain invoice 204", r"Invoice 204 is [A-Z_]+: "),
    FaqAnswer("13: PAD", 'repair pad-invoice 1 --reason "ticket 4711" --dry-run', r"0 invoices would be repaired; 1 "),
    FaqAnswer(
        "13: EJV", "STALE_INVOICE_REPORT --days 20 --method EJV --no-cfs", r"[\d,]+ invoices? totalling [\d,.]+ CAD "
    ),
    FaqAnswer(
        "14: partial credit",
        'repair pad-partial-credit 2 --line 2=5.00 --line 2:service=1.50 --reason "ticket 4711" --dry-run',
        r"CFS would be asked for a credit memo of 6\.50 CAD for invoice 2\.",
    ),
    FaqAnswer(
        "16: gaps",
        "GENERATE_STATEMENTS --gaps --since 2022-06-20 --until 2022-06-25",
        r"[\d,]+ statements? (is|are) missing",
    ),
    FaqAnswer("17: void", "slips void 206000010 --plan plan.json --dry-run", r"Slip 206000010 paid \d+ invoice"),
    FaqAnswer("18: files of CGI", "ejv outstanding", r"1 batch is without an answer, "),
    FaqAnswer("19: indexes", "db check-indexes", r"1 of \d+ indexes is broken\."),
    FaqAnswer(
        "20: replay",
        'replay-event logged-line.txt --topic account-mailer-prod --reason "ticket 4711" --dry-run',
        r"bc\.registry\.auth\.staffReviewAccount would be published to",
    ),
)


@dataclass(frozen=True)
class Screen:
    """What a command showed on a screen so wide: its lines there, its seconds of processor, and how it ended."""

    code: int
    seconds: float
    columns: int
    lines: tuple[str, ...]

    @property
    def rows(self) -> int:
        """Return how many rows of the screen it takes."""
        return sum(max(1, math.ceil(len(line) / self.columns)) for line in self.lines)

    def faults(self, answer: FaqAnswer) -> list[str]:
        """Return in which ways it is no good answer."""
        said = " ".join(" ".join(self.lines[:4]).split())
        faults = [] if self.code in {0, 3} else [f"exit {self.code}"]
        faults += [] if re.match(answer.first, said) else [f"begins with {said[:80]!r}"]
        faults += [] if self.seconds <= SECONDS else [f"took {self.seconds:.1f} s of processor"]
        return faults if self.rows <= LINES else [*faults, f"{self.rows} rows"]


def on_a_screen(cli: click.Group, words: list[str], columns: int, errors: Path) -> Screen:
    """Run a command in a fork of this process that writes to a terminal so wide."""
    screen, side = os.openpty()
    termios.tcsetwinsize(side, (50, columns))
    child = os.fork()
    if child == 0:
        code = 70
        try:
            os.dup2(side, 1)
            os.close(screen)
            with os.fdopen(1, "w", encoding="utf-8") as sys.stdout, errors.open("w", encoding="utf-8") as sys.stderr:
                sys.__stdout__ = sys.stdout  # type: ignore[misc]
                code = main(cli, words)
                sys.stdout.flush()
        finally:
            os._exit(code)
    os.close(side)
    written = _read_all(screen)
    _, status, used = os.wait4(child, 0)
    lines = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written.decode()).replace("\r\n", "\n").splitlines()
    return Screen(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, columns, tuple(lines))


def _read_all(screen: int) -> bytes:
    written = b""
    try:
        while part := os.read(screen, 1 << 16):
            written += part
    except OSError as closed:
        if closed.errno != errno.EIO:
            raise
    finally:
        os.close(screen)
    return written
