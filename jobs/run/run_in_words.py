"""A run of the ledger in words: how it ended, and its facts."""

from config.business_time import local_and_utc
from jobs.run.figures import as_words
from jobs.run.ledger import Run

_ENDED = {
    "done": "done",
    "attention": "needs attention",
    "failed": "failed",
    "interrupted": "was stopped on request",
    "locked": "did not run, for another run was in progress",
    "lost": "was lost: its process vanished",
    "starting": "is starting",
    "running": "is in progress",
}


def how_it_ended(run: Run) -> str:
    """Return how a run went, as part of a sentence."""
    return f"{_ENDED.get(run.status, run.status)}{f', exit {run.exit_code}' if run.exit_code is not None else ''}"


def run_facts(run: Run) -> dict[str, str]:
    """Return what is known of a run besides its counts, by what it is."""
    facts = {
        "started": local_and_utc(run.started_on),
        "ended": run.finished_on and f"{local_and_utc(run.finished_on)}, after {run.seconds} s",
        "by": "the clock" if run.is_by_clock else run.triggered_by.replace("hand:", "hand, "),
        "reason": run.reason,
        "shard": f"{run.shard_number} of {run.shard_count}" if run.shard_count > 1 else None,
        "pod": run.pod,
        "version": run.version,
        "had finished": as_words(run.progress) if run.status in {"lost", "interrupted", "running"} else None,
        "stored": "\n".join(run.artifacts),
    }
    return {name: value for name, value in facts.items() if value}
