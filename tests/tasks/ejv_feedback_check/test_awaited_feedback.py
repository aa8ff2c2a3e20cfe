"""Which batches are without feedback, for the absence alarm."""

import pytest

from tasks.ejv_feedback_check.awaited_feedback import without_feedback
from tests.ejv_factory import EjvBooks

FEEDBACK = "FEEDBACK.F3535.20261117214512"
AP = ["REFUND", "EFT_REFUND", "NON_GOV_DISBURSEMENT"]


@pytest.mark.parametrize(
    ("file_type", "status", "feedback", "is_awaited"),
    [
        ("PAYMENT", "UPLOADED", None, True),
        ("PAYMENT", "ACKNOWLEDGED", None, True),
        ("PAYMENT", "COMPLETED", None, False),
        ("PAYMENT", "ERRORED", None, False),
        ("PAYMENT", "UPLOADED", FEEDBACK, False),
        ("DISBURSEMENT", "ACKNOWLEDGED", FEEDBACK, False),
        *[(file_type, "UPLOADED", FEEDBACK, True) for file_type in AP],
    ],
)
def test_a_batch_is_without_feedback_until_it_has_its_file_or_one_of_ap_until_it_is_answered(
    file_type: str, status: str, feedback: str | None, is_awaited: bool, books: EjvBooks
) -> None:
    books.batch(100, file_type, "INBOX.1", disbursement_status_code=status, feedback_file_ref=feedback)

    with books.database.begin() as session:
        found = [name for name, _ in without_feedback(session)]

    assert found == ["batch 100 (INBOX.1)"] * is_awaited


def test_the_oldest_batch_without_feedback_is_the_first(books: EjvBooks) -> None:
    for batch in (101, 100):
        books.batch(batch, name=f"INBOX.{batch}")

    with books.database.begin() as session:
        assert [name for name, _ in without_feedback(session)] == ["batch 100 (INBOX.100)", "batch 101 (INBOX.101)"]
