"""The runs: what ran, by whom, why and how long; and one run in full."""

from collections.abc import Iterator
from contextlib import closing

from starlette.responses import Response, StreamingResponse

from config.settings import ObjectStoreSettings, read
from connectors.object_store import ObjectStore
from console.page import NotThere, Page, PageContext
from jobs.files_for_people import artifact_name
from jobs.run import ledger
from jobs.run.causes import by_cause
from jobs.run.figures import as_lines
from jobs.run.ledger import Run
from jobs.run.run_in_words import run_facts
from jobs.watch.check_lengths import usual_longest

SHOWN = 50
CAUSES = 40
STARTED_BY = ("clock", "hand")


def listing(context: PageContext) -> Page:
    """Return the page of the runs, the newest first."""
    asked = {
        "job": context.asked("job"),
        "status": context.asked("status", ledger.STATUSES),
        "by": context.asked("by", STARTED_BY),
    }
    before = context.number("before")
    runs = ledger.newest(
        context.session,
        job=asked["job"] or None,
        status=asked["status"] or None,
        by_clock=asked["by"] == "clock" if asked["by"] else None,
        before=before,
        limit=SHOWN + 1,
    )
    values = {
        "runs": runs[:SHOWN],
        "asked": asked,
        "jobs": ledger.jobs(context.session),
        "statuses": ledger.STATUSES,
        "first": before is not None,
        "last": runs[SHOWN - 1].id if len(runs) > SHOWN else None,
    }
    return Page("runs.html", "Runs", values)


def one(context: PageContext) -> Page:
    """Return the page of one run."""
    run = _run(context)
    rejects = ledger.rejects_of(context.session, run.id)
    causes = by_cause(rejects)
    values = {
        "run": run,
        "facts": {name: said for name, said in run_facts(run).items() if name != "stored"},
        "counts": as_lines(run.counts),
        "causes": causes[:CAUSES],
        "more_causes": len(causes) - CAUSES,
        "kept": len(rejects),
        "usual": usual_longest(context.session, run),
        "log": ledger.log_of(context.session, run.id),
        "keeps_log": ledger.KEEPS_LOG,
        "artifacts": [(number, artifact_name(key), key) for number, key in enumerate(run.artifacts)],
    }
    return Page("run.html", f"Run {run.id}", values)


def artifact(context: PageContext) -> Response:
    """Return a file that a run stored, as a download."""
    run, number = _run(context), int(context.path["artifact"])
    if number >= len(run.artifacts):
        raise NotThere(f"Run {run.id} stored {len(run.artifacts)} files.")
    key = run.artifacts[number]
    store = ObjectStore(read(ObjectStoreSettings))
    chunks = _read(store, key)
    first = next(chunks, b"")  # what is wrong with the store is told before the answer has begun
    return StreamingResponse(
        _joined(first, chunks),
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{artifact_name(key)}"'},
    )


def _read(store: ObjectStore, key: str) -> Iterator[bytes]:
    with closing(store), closing(store.read(key)) as chunks:
        yield from chunks


def _joined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _run(context: PageContext) -> Run:
    number = int(context.path["run"])
    run = ledger.find(context.session, number) if number < 2**63 else None
    if run is None:
        raise NotThere(f"There is no run {number}: the page of the runs shows those there are.")
    return run
