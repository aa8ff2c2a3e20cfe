"""What is repeated when CFS fails, what never is, and what the caller is told."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import Decimal

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.bounded_http import read_address
from config.errors import ConfigError, ExitCode
from connectors.cfs import (
    CfsClient,
    CfsCredentialsRefused,
    CfsOutcomeUnknown,
    CfsReadOnly,
    CfsRejected,
    CfsUnavailable,
    InvoiceActivity,
    ReceiptActivity,
    ReversalComment,
    ReversalReason,
    SiteReceiptMethod,
)
from sandbox.cfs.process import RunningCfs, start_cfs
from tests.cfs_fixtures import NOW, SITE, cash, connect, fresh_cfs, line, seed_site

CHANGES: dict[str, Callable[[CfsClient], object]] = {
    "/rcpts/": lambda client: client.create_receipt(SITE, cash("206000028")),
    "/apply": lambda client: client.apply_receipt(SITE, "206000010", "REG2"),
    "/unapply": lambda client: client.unapply_receipt(SITE, "206000010", "REG1"),
    "/adjustment": lambda client: client.adjust_receipt(
        SITE, "206000010", amount=Decimal("1.00"), activity=ReceiptActivity.REFUND
    ),
    "/reverse": lambda client: client.reverse_receipt(
        SITE, "206000010", reason=ReversalReason.NSF, comment=ReversalComment.NON_SUFFICIENT_FUND
    ),
    "/invs/": lambda client: client.create_invoice(SITE, "REG3", [line("5.00")], at=NOW),
    "/adjs/": lambda client: client.adjust_invoice(
        SITE, "REG2", amount=Decimal("30"), activity=InvoiceActivity.NSF_CHARGE, comment=""
    ),
    "/creditbalance/": lambda client: client.credit_balance("REG2"),
    "/cms/": lambda client: client.create_credit_memo(SITE, [line("5.00")], at=NOW),
}
ALL_CHANGES = pytest.mark.parametrize("path", CHANGES)


@pytest.fixture
def cfs() -> Iterator[RunningCfs]:
    for cfs in fresh_cfs():
        cfs.admin.seed(
            invoices=[
                {"site_number": SITE.site, "invoice_number": "REG1", "total": Decimal("5.00")},
                {"site_number": SITE.site, "invoice_number": "REG2", "total": Decimal("7.00")},
            ],
            receipts=[
                {
                    "site_number": SITE.site,
                    "receipt_number": "206000010",
                    "receipt_amount": Decimal("50.00"),
                    "applied_to": ["REG1"],
                }
            ],
        )
        yield cfs


@pytest.fixture
def client(cfs: RunningCfs) -> Iterator[CfsClient]:
    with connect(cfs) as client:
        yield client


def books_of(cfs: RunningCfs) -> dict[str, object]:
    state = cfs.admin.state()
    return {kind: state[kind] for kind in ("receipts", "invoices", "memos")}


def test_a_look_up_is_repeated_until_cfs_answers_and_waits_longer_each_time(cfs: RunningCfs) -> None:
    slept: list[float] = []
    cfs.admin.order_faults({"kind": "error_before", "method": "GET", "count": 3})
    with connect(cfs, slept=slept) as client:
        assert client.get_receipt(SITE, "206000010") is not None

    waits = [wait for wait in slept if wait > 0.1]
    assert len(waits) == 3
    assert 0.5 <= waits[0] <= 1 <= waits[1] <= 1.5 < 2 <= waits[2]


def test_a_look_up_gives_up_after_four_tries(cfs: RunningCfs, client: CfsClient) -> None:
    cfs.admin.order_faults({"kind": "error_before", "method": "GET", "count": 0, "status": 503})

    with pytest.raises(CfsUnavailable, match="look up receipt 206000010: it answered 503") as raised:
        client.get_receipt(SITE, "206000010")

    assert not isinstance(raised.value, CfsOutcomeUnknown)
    assert len(cfs.admin.calls(method="GET")) == 4


def test_a_look_up_whose_connection_breaks_is_repeated(cfs: RunningCfs, client: CfsClient) -> None:
    cfs.admin.order_faults({"kind": "lost_answer", "method": "GET"})

    assert client.get_receipt(SITE, "206000010") is not None


def test_setting_the_receipt_method_is_repeated(cfs: RunningCfs, client: CfsClient) -> None:
    cfs.admin.order_faults({"kind": "error_after", "method": "PUT"})

    assert client.set_receipt_method(SITE, SiteReceiptMethod.PAD_STOP).receipt_method == "BCR-PAD Stop"
    assert len(cfs.admin.calls(method="PUT")) == 2


def test_a_token_is_asked_for_again_before_a_change_is_sent(cfs: RunningCfs, client: CfsClient) -> None:
    cfs.admin.order_faults({"kind": "error_before", "path": "/oauth/token", "count": 2})

    client.create_receipt(SITE, cash("206000028"))

    assert len(cfs.admin.calls(path_ends="/rcpts/")) == 1


@ALL_CHANGES
def test_a_change_whose_answer_is_lost_is_sent_once_and_told_as_unknown(
    cfs: RunningCfs, client: CfsClient, path: str
) -> None:
    before = books_of(cfs)
    cfs.admin.order_faults({"kind": "lost_answer", "method": "POST", "path": path})

    with pytest.raises(CfsOutcomeUnknown, match="may or may not"):
        CHANGES[path](client)

    assert len(cfs.admin.calls(method="POST", path_ends=path)) == 1
    assert books_of(cfs) != before


@ALL_CHANGES
def test_a_change_answered_with_an_error_of_the_server_is_sent_once_and_told_as_unknown(
    cfs: RunningCfs, client: CfsClient, path: str
) -> None:
    cfs.admin.order_faults({"kind": "error_after", "method": "POST", "path": path})

    with pytest.raises(CfsOutcomeUnknown, match="it answered 500"):
        CHANGES[path](client)

    assert len(cfs.admin.calls(method="POST", path_ends=path)) == 1


def test_a_change_cfs_is_silent_about_for_too_long_is_told_as_unknown(cfs: RunningCfs) -> None:
    cfs.admin.order_faults({"kind": "lost_answer", "path": "/apply", "seconds": 10})

    with connect(cfs, timeout=1) as client, pytest.raises(CfsOutcomeUnknown, match="it took too long"):
        client.apply_receipt(SITE, "206000010", "REG2")

    with connect(cfs) as client:
        receipt = client.get_receipt(SITE, "206000010")
        assert receipt is not None
        assert receipt.applied_to("REG2") == Decimal("7.00")


def test_a_change_that_could_not_be_sent_is_not_told_as_unknown() -> None:
    gone = start_cfs()
    gone.admin.seed(sites=[seed_site(SITE)])
    with connect(gone) as client:
        client.create_receipt(SITE, cash("206000010"))
        gone.stop()
        with pytest.raises(CfsUnavailable) as first:
            client.create_receipt(SITE, cash("206000028"))
        with pytest.raises(CfsUnavailable, match="no connection: Connection refused") as second:
            client.create_receipt(SITE, cash("206000028"))

    assert first.value.exit_code is ExitCode.FAILED
    assert not isinstance(second.value, CfsOutcomeUnknown)


def test_a_refusal_carries_the_reason_from_the_header(client: CfsClient) -> None:
    with pytest.raises(CfsRejected) as raised:
        client.create_receipt(SITE, cash("206000010"))

    assert raised.value.reason == "[Trx Errors = [9999] Receipt number 206000010 already exists.]"
    assert raised.value.status_code == 400
    assert "create receipt 206000010" in str(raised.value)
    assert raised.value.exit_code is ExitCode.ATTENTION


def test_a_refusal_with_the_status_of_something_missing_is_still_a_refusal(cfs: RunningCfs, client: CfsClient) -> None:
    cfs.admin.set_options(validation_status=404)

    with pytest.raises(CfsRejected, match="already exists") as raised:
        client.create_receipt(SITE, cash("206000010"))

    assert raised.value.status_code == 404


def test_a_second_reversal_is_refused(client: CfsClient) -> None:
    CHANGES["/reverse"](client)

    with pytest.raises(CfsRejected, match="has been reversed"):
        CHANGES["/reverse"](client)


def test_a_closed_cfs_is_not_taken_for_a_missing_receipt(cfs: RunningCfs, client: CfsClient) -> None:
    client.get_site(SITE)
    cfs.admin.set_options(availability="cfs_down")

    with pytest.raises(CfsUnavailable, match=r"look up receipt 206000010: it answered 404, \[CFS Down"):
        client.get_receipt(SITE, "206000010")


def test_a_cfs_that_closes_on_a_change_leaves_it_unknown(cfs: RunningCfs, client: CfsClient) -> None:
    cfs.admin.order_faults({"kind": "error_after", "path": "/apply", "status": 404, "reason": "[CFS Down]"})

    with pytest.raises(CfsOutcomeUnknown, match="CFS Down"):
        client.apply_receipt(SITE, "206000010", "REG2")


def test_a_cfs_that_is_closed_before_the_first_token_is_unavailable(cfs: RunningCfs, client: CfsClient) -> None:
    cfs.admin.set_options(availability="cfs_down")

    with pytest.raises(CfsUnavailable, match="no token to FAS"):
        client.create_receipt(SITE, cash("206000028"))


def test_a_missing_receipt_is_none_while_cfs_is_open(client: CfsClient) -> None:
    assert client.get_receipt(SITE, "206000099") is None


def test_a_cfs_that_drops_connections_is_unavailable(cfs: RunningCfs, client: CfsClient) -> None:
    client.get_site(SITE)
    cfs.admin.set_options(availability="drop")

    with pytest.raises(CfsUnavailable):
        client.get_receipt(SITE, "206000010")


def test_an_identity_without_rights_is_an_operators_matter(cfs: RunningCfs, client: CfsClient) -> None:
    cfs.admin.order_faults({"kind": "error_before", "path": "/apply", "status": 403})

    with pytest.raises(CfsCredentialsRefused) as raised:
        client.apply_receipt(SITE, "206000010", "REG2")

    assert raised.value.exit_code is ExitCode.ATTENTION


@ALL_CHANGES
def test_a_dry_run_sends_no_change(cfs: RunningCfs, path: str) -> None:
    with connect(cfs, dry_run=True) as client, pytest.raises(CfsReadOnly):
        CHANGES[path](client)

    assert cfs.admin.calls() == []


def test_a_dry_run_may_look_but_not_set(cfs: RunningCfs) -> None:
    with connect(cfs, dry_run=True) as client:
        assert client.get_receipt(SITE, "206000010") is not None
        with pytest.raises(CfsReadOnly):
            client.set_receipt_method(SITE, SiteReceiptMethod.PAD_STOP)

    assert cfs.admin.calls(method="PUT") == []


@pytest.mark.parametrize("url", ["cfs.example", "http://[::1", "http://cfs:99999", "http://c\x00fs", "http://"])
def test_an_invalid_address_is_a_settings_error(cfs: RunningCfs, url: str) -> None:
    with pytest.raises(ConfigError, match="CFS_BASE_URL must be like"):
        CfsClient(cfs.settings().model_copy(update={"base_url": url}))


@given(url=st.one_of(st.text(max_size=30), st.text("htps:/[]@.:%1x\u2100", max_size=30).map("http://".__add__)))
def test_any_address_is_read_or_refused_as_a_setting(url: str) -> None:
    with suppress(ConfigError):
        parts = read_address(url, setting="CFS_BASE_URL", like="https://host/path")
        if parts.scheme == "http" and parts.hostname:
            httpx.Request("GET", httpx.URL(url.rstrip("/") + "/x"))
