"""An invoice of a routing slip that CFS has as paid."""

from typing import Any

import pytest
from sqlalchemy import event, text

from config.errors import ExitCode
from config.settings import CfsSettings
from jobs.run.outcome import Outcome
from sandbox.cfs.process import RunningCfs
from tests.stale_factory import StaleBooks
from tools.repair_invoice.arguments import SlipArguments
from tools.repair_invoice.task import repair_slip_invoices

SLIP = "206000036"


def paid_in_cfs(stale: StaleBooks, cfs: RunningCfs, *, total: str = "100.00") -> int:
    """Add an invoice that two receipts of its slip paid in CFS, and that is APPROVED here."""
    account = stale.slip(SLIP)
    made = stale.invoice(account, slip=SLIP)
    stale.books.invoices.append({"site_number": account.site, "invoice_number": f"REG{made:08}", "total": total})
    stale.receipt_in_cfs(account, SLIP, "60.00", [f"REG{made:08}"])
    stale.receipt_in_cfs(account, f"{SLIP}R2", "40.00", [f"REG{made:08}"])
    stale.books.plant(cfs.admin)
    return made


def repair(stale: StaleBooks, cfs: RunningCfs, *ids: int, dry_run: bool = False) -> Outcome:
    """Run the tool."""
    settings: CfsSettings = cfs.settings(timeout=60)
    context = stale.context(cfs=settings, dry_run=dry_run)
    try:
        return repair_slip_invoices(context, SlipArguments(ids, "ticket 4711"))
    finally:
        if dry_run:
            context.database.close()


def written(stale: StaleBooks) -> dict[str, Any]:
    """Return what the repair writes."""
    statements = {
        "invoices": "SELECT invoice_status_code, paid, payment_date IS NOT NULL FROM invoices",
        "references": "SELECT invoice_number, status_code FROM invoice_references",
        "receipts": "SELECT receipt_number, CAST(receipt_amount AS text) FROM receipts ORDER BY 1",
        "payments": "SELECT payment_method_code, payment_status_code, invoice_number, CAST(paid_amount AS text)"
        " FROM payments",
    }
    with stale.database.begin() as session:
        return {name: [tuple(row) for row in session.execute(text(one))] for name, one in statements.items()}


def test_it_is_finished_with_the_amounts_of_its_receipts(stale: StaleBooks, cfs: RunningCfs) -> None:
    made = paid_in_cfs(stale, cfs)
    books = cfs.admin.state()

    outcome = repair(stale, cfs, made)

    assert outcome.exit_code == ExitCode.DONE
    found = written(stale)
    assert found["receipts"] == [(SLIP, "60"), (f"{SLIP}R2", "40")]
    assert found["references"] == [(f"REG{made:08}", "COMPLETED")]
    assert found["payments"] == [("INTERNAL", "COMPLETED", f"REG{made:08}", "100.00")]
    assert [(status, str(paid), known) for status, paid, known in found["invoices"]] == [("PAID", "100.00", True)]
    assert cfs.admin.state() == books
    assert dict(repair(stale, cfs, made).counts) == {"nothing_to_do": 1}
    assert written(stale) == found


def test_a_dry_run_shows_the_rows_and_writes_none(stale: StaleBooks, cfs: RunningCfs) -> None:
    made = paid_in_cfs(stale, cfs)
    before = written(stale)

    outcome = repair(stale, cfs, made, dry_run=True)

    [_, table] = outcome.tables
    assert [row["table"] for row in table.records()] == [
        "invoice_references", "invoices", "payments", "receipts", "receipts",
    ]  # fmt: skip
    assert written(stale) == before


def test_an_active_reference_and_a_failed_payment_are_completed(stale: StaleBooks, cfs: RunningCfs) -> None:
    made = paid_in_cfs(stale, cfs)
    stale.reference(made)
    stale.change(
        "INSERT INTO payments (payment_system_code, payment_method_code, payment_status_code, invoice_number,"
        " invoice_amount, paid_amount) VALUES ('INTERNAL', 'INTERNAL', 'FAILED', :number, 100, 100)",
        number=f"REG{made:08}",
    )

    repair(stale, cfs, made)

    found = written(stale)
    assert found["references"] == [(f"REG{made:08}", "COMPLETED")]
    assert [row[1] for row in found["payments"]] == ["COMPLETED"]


@pytest.mark.parametrize(
    ("undone", "words"),
    [
        ("UPDATE invoices SET total = 99", "CFS has it for 100.00 CAD, and ours is for 99.00 CAD"),
        (
            "INSERT INTO receipts (invoice_id, receipt_number, receipt_amount) SELECT max(id), 'X', 1 FROM invoices",
            "it has receipts here that CFS does not have so: X, 1.00 CAD",
        ),
    ],
)
def test_what_does_not_add_up_is_told_and_nothing_is_written(
    stale: StaleBooks, cfs: RunningCfs, undone: str, words: str
) -> None:
    made = paid_in_cfs(stale, cfs)
    stale.change(undone)
    before = written(stale)

    outcome = repair(stale, cfs, made)

    assert (outcome.exit_code, words in outcome.rejects[0].detail) == (ExitCode.ATTENTION, True)
    assert written(stale) == before


def test_rows_that_change_after_they_were_judged_are_left_alone(stale: StaleBooks, cfs: RunningCfs) -> None:
    made = paid_in_cfs(stale, cfs)

    def cancel(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith("-- Lock an invoice;"):
            stale.change("UPDATE invoices SET invoice_status_code = 'CANCELLED'")

    event.listen(stale.database.engine, "before_cursor_execute", cancel)

    try:
        outcome = repair(stale, cfs, made)
    finally:
        event.remove(stale.database.engine, "before_cursor_execute", cancel)

    assert "changed by another service meanwhile" in outcome.rejects[0].detail
    assert written(stale)["receipts"] == []
    assert [row[0] for row in written(stale)["invoices"]] == ["CANCELLED"]
