"""A file's content is fetched whole before the transaction that applies it begins."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from sqlalchemy import text

from connectors.inbound.content import open_content
from connectors.inbound.ledger import find_by_name
from jobs.inbound.file_format import FileToApply
from tasks.pad_reconcile.apply_file import apply_file
from tests.settlement_factory import FILE, example, fill_example, settlement_csv
from tests.tasks.pad_reconcile.conftest import SettlementOffice

_OPEN = """
SELECT count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'
"""


def test_nothing_is_locked_while_the_content_is_fetched(office: SettlementOffice) -> None:
    fill_example(office.books)
    office.place.put(FILE, settlement_csv(example(1)))
    office.place.faults.set(refuse_rename=True, times=1)
    office.run()
    with office.books.database.begin() as session:
        session.execute(text("UPDATE pay_jobs.inbound_files SET state = 'received'"))
        (file,) = find_by_name(session, "CAS", FILE)
    seen: list[int] = []

    @contextmanager
    def watched() -> Iterator[BinaryIO]:
        with office.books.database.engine.connect() as connection:
            seen.append(connection.scalar(text(_OPEN)) or 0)
        with open_content(file, store=office.store) as content:
            yield content

    outcome = apply_file(office.books.context(), FileToApply(file, watched()))

    assert (seen, outcome.counts["files_applied"]) == ([0], 1)
