"""Faults strike the calls they are ordered for, and the process keeps its books."""

import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from connectors.cfs import CfsOutcomeUnknown, CfsRejected
from sandbox.cfs.faults import Fault, FaultKind, Faults
from sandbox.cfs.process import RunningCfs, start_cfs
from tests.cfs_fixtures import SITE, cash, connect, fresh_cfs, seed_site
from tests.waiting import wait_until


@pytest.fixture
def cfs() -> Iterator[RunningCfs]:
    yield from fresh_cfs()


def test_a_fault_strikes_the_nth_matching_call_and_as_many_as_ordered() -> None:
    faults = Faults([Fault(FaultKind.ERROR_BEFORE, method="POST", path="/rcpts/[^/]+/apply", nth=2, count=2)])
    apply, other = ("POST", "/s/rcpts/1/apply"), ("POST", "/s/rcpts/1/unapply")

    struck = [faults.for_call(*call)[1] is not None for call in (apply, other, apply, apply, apply)]

    assert struck == [False, False, True, True, False]


def test_a_fault_without_end_strikes_every_call_from_then_on() -> None:
    faults = Faults([Fault(FaultKind.SLOW, count=0, seconds=0.1), Fault(FaultKind.ERROR_AFTER, nth=2)])

    assert [faults.for_call("GET", "/")[0] for _ in range(3)] == [0.1, 0.1, 0.1]


def test_an_error_before_leaves_the_books_alone(cfs: RunningCfs) -> None:
    cfs.admin.order_faults({"kind": "error_before", "path": "/rcpts/", "status": 400, "reason": "[No]"})

    with connect(cfs) as client, pytest.raises(CfsRejected, match=r"\[No\]"):
        client.create_receipt(SITE, cash())

    assert cfs.admin.state()["receipts"] == {}


@pytest.mark.parametrize("kind", ["error_after", "lost_answer"])
def test_an_error_after_leaves_its_effect(cfs: RunningCfs, kind: str) -> None:
    cfs.admin.order_faults({"kind": kind, "path": "/rcpts/"})

    with connect(cfs) as client, pytest.raises(CfsOutcomeUnknown):
        client.create_receipt(SITE, cash())

    assert list(cfs.admin.state()["receipts"]) == ["206000010"]


def test_a_late_effect_is_not_there_yet_when_the_error_is(cfs: RunningCfs) -> None:
    cfs.admin.order_faults({"kind": "late_effect", "path": "/rcpts/", "seconds": 3})

    with connect(cfs) as client:
        with pytest.raises(CfsOutcomeUnknown):
            client.create_receipt(SITE, cash())
        assert client.get_receipt(SITE, "206000010") is None

        wait_until(lambda: client.get_receipt(SITE, "206000010"), "the receipt is there")


def test_every_call_can_be_made_slow(cfs: RunningCfs) -> None:
    cfs.admin.order_faults({"kind": "slow", "count": 0, "seconds": Decimal("0.1")})

    with connect(cfs) as client:
        client.get_site(SITE)
        began = time.monotonic()
        client.get_site(SITE)

    assert time.monotonic() - began >= 0.1


@pytest.mark.parametrize(
    ("path", "body"), [("faults", '[{"kind": "fire"}]'), ("options", '{"colour": 1}'), ("seed", '{"cars": []}')]
)
def test_an_order_that_is_not_understood_is_refused(cfs: RunningCfs, path: str, body: str) -> None:
    answer = httpx.post(f"{cfs.base_url}/_admin/{path}", content=body, trust_env=False)

    assert answer.status_code == 422
    assert answer.json()["error"]


def test_the_books_are_kept_from_one_start_to_the_next(tmp_path: Path) -> None:
    kept = tmp_path / "cfs.json"
    first = start_cfs(state_file=kept)
    first.admin.seed(sites=[seed_site(SITE)])
    with connect(first) as client:
        client.create_receipt(SITE, cash(amount="100.33"))
    first.stop()

    second = start_cfs(state_file=kept)
    with connect(second) as client:
        receipt = client.get_receipt(SITE, "206000010")
        balances = second.admin.books()["balances"]
    second.stop()

    assert receipt is not None
    assert (receipt.unapplied_amount, balances) == (Decimal("100.33"), True)
    assert (first.process.returncode, second.process.returncode) == (0, 0)


def test_an_option_that_does_not_exist_keeps_it_from_starting() -> None:
    with pytest.raises(RuntimeError, match="ended with 2"):
        start_cfs(options={"colour": "red"})
