"""Show how a run went: for people on stdout, or as one JSON object."""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import IO, Any

from config.command_line import typed
from config.errors import ExitCode, InputRefused, Interrupted, PayJobsError, UsageError
from config.masking import mask
from config.visible import to_json
from jobs.run.causes import attention_table
from jobs.run.outcome import Outcome, Table
from jobs.terminal import complain, say, show_tables

STATUS = {
    ExitCode.DONE: "done",
    ExitCode.ATTENTION: "attention",
    ExitCode.FAILED: "failed",
    ExitCode.USAGE: "failed",
    ExitCode.LOCKED: "locked",
}


@dataclass
class RunResult:
    """One run: filled while it goes on, and at its end how it went."""

    job: str
    dry_run: bool = False
    run_id: int | None = None
    outcome: Outcome = field(default_factory=Outcome)
    failure: PayJobsError | None = None
    seconds: float = 0.0

    @property
    def exit_code(self) -> ExitCode:
        """Return the code of the failure, else that of the outcome."""
        return self.failure.exit_code if self.failure is not None else self.outcome.exit_code

    @property
    def status(self) -> str:
        """Return the status for the ledger."""
        return "interrupted" if isinstance(self.failure, Interrupted) else STATUS[self.exit_code]

    @property
    def is_news(self) -> bool:
        """Whether how it went is to be told: not where what needs attention is as it was before."""
        return self.failure is not None or self.outcome.is_news

    @property
    def is_mistyped(self) -> bool:
        """Whether the command was refused before anything was done."""
        return isinstance(self.failure, UsageError) and self.outcome == Outcome()

    @property
    def error(self) -> str | None:
        """Return what happened and what to do now, where the run failed."""
        return self.failure.full_text if self.failure is not None else None

    def as_json(self) -> dict[str, Any]:
        """Return the shape that --json prints."""
        return {
            **self._as_json_without_tables(),
            "tables": [
                {"key": table.key, "title": table.title, "rows": list(table.iter_json())}
                for table in self.outcome.tables
            ],
        }

    def write_json(self, out: IO[str]) -> None:
        """Write that shape as one line; the rows of a table are written as they are read, however many they are."""
        out.write(to_json(mask(self._as_json_without_tables()))[:-1])
        out.write(', "tables": [')
        for number, table in enumerate(self.outcome.tables):
            names = to_json(mask({"key": table.key, "title": table.title}))[:-1]
            out.write(f'{", " if number else ""}{names}, "rows": [')
            for place, record in enumerate(table.iter_json()):
                out.write(", " if place else "")
                out.write(to_json(mask(record)))
            out.write("]}")
        out.write("]}\n")

    def _as_json_without_tables(self) -> dict[str, Any]:
        return {
            "job": self.job,
            "run_id": self.run_id,
            "status": self.status,
            "exit_code": int(self.exit_code),
            "seconds": round(self.seconds, 3),
            "dry_run": self.dry_run,
            "counts": dict(self.outcome.counts),
            "rejects": [asdict(reject) for reject in self.outcome.rejects],
            "artifacts": self.outcome.artifacts,
            "notes": self.outcome.notes,
            "answer": self.outcome.answer,
            "error": self.error,
        }


def print_json(command: str, tables: Mapping[str, Sequence[Mapping[str, Any]]], **facts: Any) -> None:
    """Print what a command other than a job has found, with secrets masked; `facts` are those of `answer_json`."""
    sys.stdout.write(to_json(mask(answer_json(command, tables, **facts))) + "\n")


def answer_json(
    command: str,
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    notes: Sequence[str] = (),
    answer: str = "",
    counts: Mapping[str, int] | None = None,
    code: ExitCode = ExitCode.DONE,
    run_id: int | None = None,
    dry_run: bool = False,
) -> dict[str, Any]:
    """Return what a command other than a job has found, in the shape of a run; `tables` are records by key."""
    found = [Table(key, tuple(rows[0]) if rows else (), [tuple(row.values()) for row in rows], key)
             for key, rows in tables.items()]  # fmt: skip
    outcome = Outcome(answer=answer, counts=Counter(counts or {}), tables=found, notes=list(notes))
    shown = RunResult(job=command, dry_run=dry_run, run_id=run_id, outcome=outcome).as_json()
    return shown | {"status": STATUS[code], "exit_code": int(code)}


def refusal(command: str | None, message: str, code: ExitCode) -> dict[str, Any]:
    """Return what --json prints of a command that was refused before anything ran: the shape of a run."""
    empty = RunResult(job=command or "").as_json()
    return empty | {"status": STATUS[code], "exit_code": int(code), "error": message}


def show(result: RunResult, *, as_json: bool) -> None:
    """Print a result on stdout; an error goes to stderr where people read the rest on stdout."""
    if as_json:
        result.write_json(sys.stdout)
        sys.stdout.flush()
        return
    outcome, headline = result.outcome, _headline(result)
    shown = [table for table in outcome.tables if table.is_shown]
    between = bool(shown or outcome.rejects or outcome.notes)
    if outcome.answer or between:
        say(outcome.answer or headline)
    show_tables([*shown, attention_table(outcome.rejects)])
    for number, note in enumerate(outcome.notes):
        say(f"\n{note}" if number == 0 else note)
    counted = ". It would count:" if result.dry_run and outcome.counts and result.failure is None else ""
    say(f"\n{headline}{counted}" if between else f"{headline}{counted}")
    for name, value in outcome.counts.items():
        say(f"  {value:>12,}  {name.replace('_', ' ')}")
    for artifact in outcome.artifacts:
        say(f"  stored: {artifact}")
    if outcome.artifacts and result.run_id is not None:
        say(f"  to fetch them: {typed('artifacts get', result.run_id)}")
    sys.stdout.flush()
    if result.error:
        complain(f"Error: {result.error}")


def _headline(result: RunResult) -> str:
    happened = _what_would_happen(result) if result.dry_run else _what_happened(result)
    run = f" [run {result.run_id}]" if result.run_id else ""
    return f"{result.job} {happened}{run}"


def _what_would_happen(result: RunResult) -> str:
    if result.failure is not None:
        return f"{_what_happened(result)} (dry run: nothing was changed)"
    attention = " and need attention" if result.status == "attention" else ""
    return f"would finish{attention} (dry run of {result.seconds:.1f} s: nothing was changed)"


def _what_happened(result: RunResult) -> str:
    if isinstance(result.failure, InputRefused) and result.failure.nothing_done:
        return "refused: nothing was done"
    if result.status == "locked":
        return "did not run: another run is in progress"
    seconds = f"{result.seconds:.1f} s"
    if result.status == "attention":
        return f"{'finished in' if result.failure is None else 'failed after'} {seconds} and needs attention"
    words = {"done": "finished in", "failed": "failed after", "interrupted": "stopped on request after"}
    return f"{words[result.status]} {seconds}"
