"""Which receipt holds the deposit of a slip, where the version in our row may lag behind CFS, or lead it."""

from datetime import date
from decimal import Decimal

import pytest

from connectors.effects import StateConflict
from sandbox.cfs.process import RunningCfs
from tasks.routing_slip_recreate.cfs_view import CfsView, versions
from tasks.routing_slip_recreate.family.model import RoutingSlip
from tasks.routing_slip_recreate.operations.base import the_receipt
from tests.cfs_fixtures import SITE, connect

OPEN, REVERSED = False, True


@pytest.mark.parametrize(
    ("there", "ours", "corrected", "expected"),
    [
        ({1: OPEN}, 1, False, "1"),
        ({1: REVERSED}, 1, False, "1"),
        ({1: REVERSED, 2: OPEN}, 1, False, "1R2"),
        ({1: REVERSED, 2: REVERSED}, 1, False, "1R2"),
        ({1: REVERSED, 2: REVERSED, 3: OPEN}, 1, False, "1R3"),
        ({1: OPEN, 2: OPEN}, 2, False, "1R2"),
        ({1: OPEN}, 2, False, "1"),
        ({1: OPEN}, 3, False, "1"),
        ({1: REVERSED, 2: OPEN}, 3, False, "1R2"),
        ({}, 1, False, "there is no receipt 1 on site 900301, and none of an earlier version is open"),
        ({}, 2, True, "there is no receipt 1R2 on site 900301, and none of an earlier version is open"),
        ({1: REVERSED}, 2, False, "there is no receipt 1R2 on site 900301, and none of an earlier version is open"),
        ({1: REVERSED}, 2, True, "1"),
        ({1: OPEN, 2: OPEN}, 1, False, "1"),
        ({1: OPEN, 2: OPEN}, 1, True, "receipts 1 and 1R2 are both open"),
        ({1: REVERSED, 2: OPEN, 3: OPEN}, 1, True, "receipts 1R2 and 1R3 are both open"),
    ],
)
def test_the_deposit_is_looked_for_around_the_version_of_our_row(
    cfs: RunningCfs, there: dict[int, bool], ours: int, corrected: bool, expected: str
) -> None:
    cfs.admin.seed(
        receipts=[
            {
                "site_number": SITE.site,
                "receipt_number": "1" if version == 1 else f"1R{version}",
                "receipt_amount": Decimal(100),
                "is_reversed": is_reversed,
            }
            for version, is_reversed in there.items()
        ]
    )
    slip = RoutingSlip("1", "CORRECTION", Decimal(100), Decimal(0), None, ours, date(2026, 11, 22), 1, None)
    with connect(cfs) as client:
        found = versions(CfsView(client), SITE, "1", linked=False, version=ours, ahead=corrected)
    try:
        number, receipt = the_receipt(found, SITE, slip, linked=False, may_lead=corrected)
    except StateConflict as conflict:
        assert conflict.theirs == expected
    else:
        assert number == receipt.receipt_number == expected
