"""The evening at CGI that the demo lays out ends as it is told."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import psycopg2
import pytest

from connectors.object_store import ObjectStore
from jobs.run.outcome import Outcome
from sandbox.demo_data import DemoSize, load_demo_data
from sandbox.feedback_demo import DemoFeedback, lay_out
from tests.conftest import MakePayDatabase
from tests.ejv_factory import NOW, EjvBooks
from tests.storage_fixtures import object_store_part, object_store_settings, sftp_part
from tests.tasks.ejv_feedback_check.conftest import FeedbackOffice, cgi_place

SMALL = DemoSize(weekly_accounts=300, invoices=3000)
Told = tuple[DemoFeedback, Outcome]


@pytest.fixture(scope="module")
def store() -> Iterator[ObjectStore]:
    made = ObjectStore(object_store_settings())
    for key in list(made.list("")):
        made.remove(key)
    yield made
    made.close()


@pytest.fixture(scope="module")
def office(
    make_pay_database: MakePayDatabase, store: ObjectStore, tmp_path_factory: pytest.TempPathFactory
) -> FeedbackOffice:
    """The demo's pay database, and everything around the job."""
    database = make_pay_database("evenings")
    with closing(psycopg2.connect(database.address)) as connection, connection:
        load_demo_data(connection, SMALL)
    return FeedbackOffice(EjvBooks(database), cgi_place().emptied(), store, tmp_path_factory.mktemp("cgi"))


@pytest.fixture(scope="module")
def evenings(office: FeedbackOffice) -> list[Told]:
    """Two evenings, one after the other: what was laid out, and what the job made of it."""
    address = office.books.database.engine.url.render_as_string(hide_password=False).replace("+psycopg2", "")
    told = []
    for day in range(2):
        now = NOW + timedelta(days=day)
        evening = lay_out(address, sftp_part(), object_store_part(), now=now)
        told.append((evening, office.run(at=now)))
    return told


_INVOICES = """
SELECT invoice.id, invoice.invoice_status_code, reference.status_code
  FROM ejv_headers AS journal
  JOIN ejv_links AS link ON link.ejv_header_id = journal.id
  JOIN invoices AS invoice ON invoice.id = link.link_id
  JOIN invoice_references AS reference
    ON reference.invoice_id = invoice.id
   AND reference.invoice_number = 'FI' || lpad(CAST(journal.id AS text), 8, '0')
 WHERE journal.ejv_file_id = ANY (:batches)
"""


def test_what_cgi_accepts_is_paid_and_the_refused_invoice_waits_for_the_next_batch(
    office: FeedbackOffice, evenings: list[Told]
) -> None:
    answered = evenings[0][0].answered
    refused = {evening.refused for evening, _ in evenings}
    found = office.books.rows(_INVOICES, batches=list(answered))
    assert len(found) > 1
    for invoice, *states in found:
        assert states == (["APPROVED", "CANCELLED"] if invoice in refused else ["PAID", "COMPLETED"])


def test_the_refunds_of_routing_slips_are_accepted(office: FeedbackOffice, evenings: list[Told]) -> None:
    assert office.books.rows("SELECT status FROM routing_slips WHERE status = 'REFUND_UPLOADED'") == []
    assert evenings[0][1].counts["items_cheque"] > 0


def test_the_refused_invoice_is_reported(evenings: list[Told]) -> None:
    evening, outcome = evenings[0]
    [reject] = [reject for reject in outcome.rejects if reject.reason == "refused by CGI"]
    assert f"invoice {evening.refused}, " in reject.detail


def test_the_forgotten_batch_is_named_with_its_next_command(evenings: list[Told]) -> None:
    evening, outcome = evenings[0]
    [reject] = [reject for reject in outcome.rejects if reject.where.startswith(f"batch {evening.forgotten} ")]
    assert f"ejv resubmit {evening.forgotten}" in reject.command


def test_a_search_finds_the_refused_invoice_as_sent_and_as_answered(
    office: FeedbackOffice, evenings: list[Told]
) -> None:
    [table] = office.run(search=(str(evenings[0][0].refused),)).tables
    said = {row["says"].split(":")[0] for row in table.records()}
    assert said == {"sent", "accepted", "refused"}


def test_the_second_evening_answers_what_was_forgotten_and_forgets_a_newer_batch(evenings: list[Told]) -> None:
    (first, _), (second, outcome) = evenings
    assert second.answered == (first.forgotten,)
    assert second.forgotten not in {None, first.forgotten}
    assert outcome.counts["batches_applied"] == 1


def test_an_evening_leaves_nothing_but_what_a_person_must_look_at(evenings: list[Told]) -> None:
    for _, outcome in evenings:
        assert (outcome.exit_code, len(outcome.rejects)) == (3, 2)
