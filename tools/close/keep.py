"""Keep the report of a recorded day in the object store, and queue the mail of its verdict."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from config.command_line import typed
from config.errors import PayJobsError
from config.plurals import counted
from connectors.mail import new_mail
from connectors.object_store import CHUNK_SIZE
from connectors.outbox import enqueue
from database.sessions import Session
from diagnosis.search_stored_files import open_store
from jobs.run.context import RunContext
from jobs.run.mails import recipients_of
from jobs.run.outcome import Outcome
from tools.close.closing import Closing
from tools.close.page import write_page
from tools.close.tables import page, verdict
from tools.close.workbook import write_workbook

_MOST = 15


def write_copies(folder: Path, session: Session, closing: Closing) -> list[Path]:
    """Write the workbook and the page of a day into a folder, in the transaction that closes it."""
    workbook, html = (folder / f"closing_{closing.last}.{ending}" for ending in ("xlsx", "html"))
    write_workbook(workbook, session, closing)
    write_page(html, session, closing)
    return [workbook, html]


def store_copies(context: RunContext, closing: Closing, write: Callable[[], list[Path]]) -> Outcome:
    """Write the copies and put them into the object store; where none is set up, or it is away, a note says so."""
    outcome = Outcome()
    folder = f"closings/{closing.last:%Y/%m/%d}/run-{context.run_id or 0}"
    try:
        with open_store(context) as store:
            if store is None:
                outcome.notes.append("The report was not kept: no object store is set up.")
                return outcome
            for path in write():
                outcome.artifacts.append(store.put(f"{folder}/{path.name}", _chunks(path)).key)
    except PayJobsError as error:
        outcome.notes.append(f"The report was not kept in the object store: {error}")
    return outcome


def queue_verdict(context: RunContext, session: Session, closing: Closing, kept: Sequence[str]) -> None:
    """Queue the mail of a day in the transaction that records it."""
    mail = new_mail(
        "closing",
        recipients_of(context),
        verdict(closing),
        "\n".join(_lines(closing, kept)),
        ordering_key="closing",
        idempotency_key=f"closing:{closing.last}:{context.run_id}",
    )
    enqueue(session, [mail], run_id=context.run_id)


def _lines(closing: Closing, kept: Sequence[str]) -> Iterator[str]:
    yield verdict(closing)
    yield ""
    for line, rows, amount, judged in page(closing).rows:
        said = f"{amount:,.2f}" if amount is not None else ""
        yield f"{line}  {rows or 0:,} rows  {said}  {judged}".rstrip()
    for one in closing.remainders[:_MOST]:
        yield f"unexplained: {one.row}: {one.amount:,.2f} CAD, cause {one.cause}; {typed(one.next)}"
    if len(closing.remainders) > _MOST:
        yield f"and {counted(len(closing.remainders) - _MOST, 'more row')}: {typed(closing.command)}"
    yield ""
    yield from (f"Kept as {key}" for key in kept)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as content:
        while chunk := content.read(CHUNK_SIZE):
            yield chunk
