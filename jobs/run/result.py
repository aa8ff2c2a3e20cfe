"""Say how a run went: for people on stdout, or as one JSON object."""

import sys
from dataclasses import asdict, dataclass
from typing import IO, Any

from config.errors import ExitCode
from config.masking import mask
from config.visible import to_json
from jobs.run.outcome import Outcome, Table
from jobs.terminal import complain, say, show_table

STATUS = {
    ExitCode.DONE: "done",
    ExitCode.ATTENTION: "attention",
    ExitCode.FAILED: "failed",
    ExitCode.USAGE: "failed",
    ExitCode.LOCKED: "locked",
}


@dataclass
class Result:
    """One finished run."""

    job: str
    run_id: int | None
    status: str
    exit_code: ExitCode
    seconds: float
    outcome: Outcome
    error: str | None = None
    dry_run: bool = False

    def as_json(self) -> dict[str, Any]:
        """Give the shape that --json prints."""
        return {
            **self._as_json_without_tables(),
            "tables": {table.title: table.records() for table in self.outcome.tables},
        }

    def write_json(self, out: IO[str]) -> None:
        """Write that shape as one line; the rows of a table are written as they are read, however many they are."""
        out.write(to_json(mask(self._as_json_without_tables()))[:-1])
        out.write(', "tables": {')
        for number, table in enumerate(self.outcome.tables):
            out.write(f"{', ' if number else ''}{to_json(table.title)}: [")
            for place, record in enumerate(table.iter_records()):
                out.write(", " if place else "")
                out.write(to_json(mask(record)))
            out.write("]")
        out.write("}}\n")

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
            "error": self.error,
        }


def show(result: Result, *, as_json: bool) -> None:
    """Print a result on stdout; an error goes to stderr where people read the rest on stdout."""
    if as_json:
        result.write_json(sys.stdout)
        sys.stdout.flush()
        return
    for table in result.outcome.tables:
        show_table(table)
    if result.outcome.rejects:
        rows = [(reject.where, reject.reason, reject.detail) for reject in result.outcome.rejects]
        show_table(Table("For a person to look at", ("where", "why", "detail"), rows))
    for note in result.outcome.notes:
        say(note)
    say(_headline(result))
    for name, value in result.outcome.counts.items():
        say(f"  {value:>12,}  {name.replace('_', ' ')}")
    for artifact in result.outcome.artifacts:
        say(f"  stored: {artifact}")
    sys.stdout.flush()
    if result.error:
        complain(f"Error: {result.error}")


def _headline(result: Result) -> str:
    words = {
        "done": "done",
        "attention": "done, and a person must look",
        "failed": "FAILED",
        "interrupted": "stopped on request",
        "locked": "not run",
    }
    tried = " (dry run: nothing was changed)" if result.dry_run else ""
    run = f" [run {result.run_id}]" if result.run_id else ""
    return f"{result.job}: {words[result.status]} in {result.seconds:.1f} s{tried}{run}"
