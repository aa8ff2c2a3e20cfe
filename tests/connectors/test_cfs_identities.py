"""Who calls CFS, and how a token is got, kept and renewed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from pydantic import SecretStr

from connectors.cfs import CfsClient, CfsCredentialsRefused, ReceiptActivity, ReversalComment, ReversalReason
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import SITE, cash, connect, fresh_cfs


@pytest.fixture
def cfs() -> Iterator[RunningCfs]:
    yield from fresh_cfs()


def tokens_asked_for(cfs: RunningCfs) -> int:
    return len(cfs.admin.calls(path_ends="/oauth/token"))


def test_receipts_are_made_reversed_and_adjusted_as_fas_and_all_else_is_done_as_paybc(cfs: RunningCfs) -> None:
    cfs.admin.seed(invoices=[{"site_number": SITE.site, "invoice_number": "REG1", "total": Decimal("5.00")}])
    with connect(cfs) as client:
        client.create_receipt(SITE, cash())
        client.get_receipt(SITE, "206000010")
        client.apply_receipt(SITE, "206000010", "REG1")
        client.unapply_receipt(SITE, "206000010", "REG1")
        client.adjust_receipt(SITE, "206000010", amount=Decimal("1.00"), activity=ReceiptActivity.WRITE_OFF)
        client.reverse_receipt(
            SITE, "206000010", reason=ReversalReason.NSF, comment=ReversalComment.NON_SUFFICIENT_FUND
        )
        client.credit_balance("REG1")

    calls = {str(call["path"]).rstrip("/").rsplit("/", 1)[-1]: call["identity"] for call in cfs.admin.calls()}
    assert calls == {
        "token": "",
        "rcpts": "FAS",
        "206000010": "PAYBC",
        "apply": "PAYBC",
        "unapply": "PAYBC",
        "adjustment": "FAS",
        "reverse": "FAS",
        "creditbalance": "PAYBC",
    }


def test_a_token_is_asked_for_once_and_only_when_needed(cfs: RunningCfs) -> None:
    with connect(cfs) as client:
        assert tokens_asked_for(cfs) == 0
        for _ in range(3):
            client.get_receipt(SITE, "206000010")

    assert tokens_asked_for(cfs) == 1


def test_threads_that_start_together_share_one_token(cfs: RunningCfs) -> None:
    cfs.admin.order_faults({"kind": "slow", "path": "/oauth/token", "seconds": Decimal("0.1")})
    with connect(cfs) as client, ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda _: client.get_receipt(SITE, "1"), range(8))) == [None] * 8

    assert tokens_asked_for(cfs) == 1


def test_a_token_is_renewed_before_it_expires(cfs: RunningCfs) -> None:
    now = [0.0]
    cfs.admin.set_options(token_announced_seconds=600)
    with connect(cfs, clock=lambda: now[0]) as client:
        client.get_receipt(SITE, "206000010")
        now[0] = 539
        client.get_receipt(SITE, "206000010")
        assert tokens_asked_for(cfs) == 1

        now[0] = 541
        client.get_receipt(SITE, "206000010")

    assert tokens_asked_for(cfs) == 2


def test_a_token_that_died_early_is_replaced_in_the_middle_of_a_run(cfs: RunningCfs) -> None:
    with connect(cfs) as client:
        client.create_receipt(SITE, cash())
        cfs.admin.expire_tokens()

        assert client.get_receipt(SITE, "206000010") is not None
        cfs.admin.expire_tokens()
        client.create_receipt(SITE, cash("206000028"))

    assert [call["status"] for call in cfs.admin.calls(method="POST", path_ends="/rcpts/")] == [200, 401, 200]


def test_an_identity_that_is_refused_again_and_again_is_given_up(cfs: RunningCfs) -> None:
    cfs.admin.order_faults({"kind": "refuse_401", "path": "/rcpts/", "count": 0})

    with connect(cfs) as client, pytest.raises(CfsCredentialsRefused, match="FAS"):
        client.create_receipt(SITE, cash())

    assert len(cfs.admin.calls(path_ends="/rcpts/")) == 2


def test_a_wrong_secret_is_refused_once_and_names_the_identity(cfs: RunningCfs) -> None:
    settings = cfs.settings().model_copy(update={"fas_client_secret": SecretStr("not-the-secret")})

    with CfsClient(settings) as client, pytest.raises(CfsCredentialsRefused, match="FAS"):
        client.create_receipt(SITE, cash())

    assert tokens_asked_for(cfs) == 1


def test_a_wrong_connector_secret_is_refused(cfs: RunningCfs) -> None:
    settings = cfs.settings().model_copy(update={"connector_auth": SecretStr("not-the-secret")})

    with CfsClient(settings) as client, pytest.raises(CfsCredentialsRefused):
        client.get_receipt(SITE, "206000010")
