"""Invoices of routing slips for which no job is left to do anything."""

import pytest

from tests.stale_factory import StaleBooks


@pytest.mark.parametrize(
    ("status", "code"), [("ACTIVE", "RH"), ("COMPLETE", "RH"), ("NSF", "RN"), ("VOID", "RN"), ("HOLD", "U")]
)
def test_what_a_slip_did_not_pay_is_owed_by_the_client_and_by_no_job(stale: StaleBooks, status: str, code: str) -> None:
    account = stale.slip("206000010", status)
    stale.reference(stale.invoice(account, "CREATED", slip="206000010"))

    [row] = stale.report_rows(stale.report())

    assert (row["code"], row["command"]) == (code, "")
    assert row["turn"] == ("we act" if code == "U" else "customer pays")
