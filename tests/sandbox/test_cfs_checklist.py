"""The simulated CFS does what docs/specs/cfs-api.md section 8 asks of it, over plain HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pytest

from connectors.cfs import exact_json
from sandbox.cfs.gate import is_open
from sandbox.cfs.options import Options
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import OTHER_SITE, SITE, fresh_cfs

RECEIPT = {
    "receipt_number": "206000010",
    "receipt_date": "2026-11-05",
    "receipt_amount": "50.00",
    "payment_method": "BC REG Cash Equivalent",
    "comments": "",
}
REVERSAL = {"reversal_reason": "NSF", "reversal_comment": "Non Sufficient Fund"}


class Caller:
    """Somebody who calls CFS by hand."""

    def __init__(self, cfs: RunningCfs, identity: str = "fas") -> None:
        known = Options()
        self.http = httpx.Client(
            base_url=cfs.base_url, headers={"Pay-Connector": known.connector_auth}, trust_env=False, timeout=5
        )
        names = (known.fas_id, known.fas_secret) if identity == "fas" else (known.paybc_id, known.paybc_secret)
        answer = self.http.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=names)
        self.token = answer.json()
        self.http.headers["Authorization"] = f"Bearer {self.token['access_token']}"

    def post(self, path: str, **body: object) -> httpx.Response:
        return self.http.post(path, content=exact_json.dumps(body))


@pytest.fixture
def cfs() -> Iterator[RunningCfs]:
    yield from fresh_cfs()


@pytest.fixture
def caller(cfs: RunningCfs) -> Iterator[Caller]:
    caller = Caller(cfs)
    yield caller
    caller.http.close()


def test_a_receipt_number_is_used_up_for_ever_and_everywhere(caller: Caller) -> None:
    caller.post(f"{SITE.path}/rcpts/", **RECEIPT)
    caller.post(f"{SITE.path}/rcpts/206000010/reverse", **REVERSAL)

    again = caller.post(f"{OTHER_SITE.path}/rcpts/", **RECEIPT)

    assert again.status_code == 400
    assert "already exists" in again.headers["CAS-Returned-Messages"]


def test_an_invoice_number_is_used_up_even_when_brought_to_zero(cfs: RunningCfs, caller: Caller) -> None:
    cfs.admin.seed(invoices=[{"site_number": SITE.site, "invoice_number": "REG1", "total": Decimal("5.00")}])
    caller.post("/cfs/parties/invs/REG1/creditbalance/")
    line = {"unit_price": 5, "quantity": 1, "distribution": [{"amount": 5, "account": "1"}]}

    again = caller.post(f"{OTHER_SITE.path}/invs/", transaction_number="REG1", lines=[line])

    assert again.status_code == 400
    assert "already exists" in again.headers["CAS-Returned-Messages"]


@pytest.mark.parametrize("path", ["/rcpts/206000010/", "/invs/REG1/", "/cms/77/", "/"])
def test_what_belongs_to_another_party_account_or_site_is_not_found(cfs: RunningCfs, caller: Caller, path: str) -> None:
    cfs.admin.seed(
        invoices=[{"site_number": SITE.site, "invoice_number": "REG1", "total": Decimal("5.00")}],
        credit_memos=[{"site_number": SITE.site, "credit_memo_number": "77", "amount": Decimal("5.00")}],
        receipts=[{"site_number": SITE.site, "receipt_number": "206000010", "receipt_amount": Decimal("5.00")}],
    )
    wrong_party = SITE.path.replace(SITE.party, OTHER_SITE.party)
    wrong_account = SITE.path.replace(SITE.account, OTHER_SITE.account)
    wrong_site = SITE.path.replace(SITE.site, "900399" if path == "/" else OTHER_SITE.site)

    assert caller.http.get(SITE.path + path).status_code == 200
    assert {caller.http.get(wrong + path).status_code for wrong in (wrong_party, wrong_account, wrong_site)} == {404}


@pytest.mark.parametrize("status", [400, 404])
def test_a_refusal_is_a_page_whose_reason_is_only_in_the_header(cfs: RunningCfs, caller: Caller, status: int) -> None:
    cfs.admin.set_options(validation_status=status)

    answer = caller.post(f"{SITE.path}/rcpts/", **{**RECEIPT, "payment_method": "Gold"})

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert answer.headers["CAS-Returned-Messages"] == ("[Trx Errors = [9999] Receipt method identifier is invalid.]")
    assert "method" not in answer.text


def test_a_token_dies_when_cfs_says_so_whatever_it_announced(cfs: RunningCfs) -> None:
    cfs.admin.set_options(token_seconds=0, token_announced_seconds=3600)
    caller = Caller(cfs)

    assert caller.token["expires_in"] == 3600
    assert caller.http.get(f"{SITE.path}/").status_code == 401
    caller.http.close()


def test_a_receipt_of_the_wrong_identity_is_accepted_and_useless(cfs: RunningCfs) -> None:
    caller = Caller(cfs, "paybc")

    answer = caller.post(f"{SITE.path}/rcpts/", **RECEIPT)

    assert answer.status_code == 200
    assert Decimal(str(answer.json()["unapplied_amount"])) == 0
    caller.http.close()


def test_reversing_detaches_every_invoice_and_works_once(cfs: RunningCfs, caller: Caller) -> None:
    cfs.admin.seed(
        invoices=[
            {"site_number": SITE.site, "invoice_number": number, "total": Decimal("5.00")}
            for number in ("REG1", "REG2")
        ],
        receipts=[
            {
                "site_number": SITE.site,
                "receipt_number": "206000010",
                "receipt_amount": Decimal("50.00"),
                "applied_to": ["REG1", "REG2"],
            }
        ],
    )

    first = caller.post(f"{SITE.path}/rcpts/206000010/reverse", **REVERSAL)
    second = caller.post(f"{SITE.path}/rcpts/206000010/reverse", **REVERSAL)

    assert (first.status_code, first.json()["status"], second.status_code) == (200, "REV", 400)
    state = cfs.admin.state()
    assert {one["amount_due"] for one in state["invoices"].values()} == {"5.00"}


def test_the_balance_of_an_invoice_with_receipts_cannot_be_credited(cfs: RunningCfs, caller: Caller) -> None:
    cfs.admin.seed(
        invoices=[{"site_number": SITE.site, "invoice_number": "REG1", "total": Decimal("9.00")}],
        receipts=[
            {"site_number": SITE.site, "receipt_number": "1", "receipt_amount": Decimal(5), "applied_to": ["REG1"]}
        ],
    )

    answer = caller.post("/cfs/parties/invs/REG1/creditbalance/")

    assert "applied receipts" in answer.headers["CAS-Returned-Messages"]


def test_numbers_come_as_numbers_and_as_strings_and_empty_lists_go_missing(caller: Caller) -> None:
    caller.post(f"{SITE.path}/rcpts/", **RECEIPT)

    answers = [caller.http.get(f"{SITE.path}/rcpts/206000010/").json() for _ in range(20)]

    assert {type(answer["receipt_amount"]).__name__ for answer in answers} >= {"str", "int"}
    assert {"invoices" in answer for answer in answers} == {True, False}


def test_the_same_seed_gives_the_same_moods(cfs: RunningCfs, caller: Caller) -> None:
    caller.post(f"{SITE.path}/rcpts/", **RECEIPT)
    texts = []
    for _ in range(2):
        cfs.admin.set_options(seed=7)
        texts.append([caller.http.get(f"{SITE.path}/rcpts/206000010/").text for _ in range(5)])

    assert texts[0] == texts[1]


def test_a_closed_cfs_says_down_with_the_status_of_something_missing(cfs: RunningCfs, caller: Caller) -> None:
    cfs.admin.set_options(availability="cfs_down")

    answer = caller.http.get(f"{SITE.path}/")

    assert (answer.status_code, answer.headers["CAS-Returned-Messages"]) == (404, "[CFS Down]")


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("2026-11-06T05:59-07:00", False),
        ("2026-11-06T06:00-07:00", True),
        ("2026-11-06T20:59-07:00", True),
        ("2026-11-06T21:00-07:00", False),
        ("2026-11-07T19:00-07:00", False),
        ("2026-11-08T08:59-07:00", False),
        ("2026-11-08T09:00-07:00", True),
    ],
)
def test_cfs_keeps_its_opening_hours_in_vancouver(local: str, expected: bool) -> None:
    assert is_open(datetime.fromisoformat(local).astimezone(UTC)) is expected


def test_a_customer_is_made_step_by_step_and_may_be_made_twice(caller: Caller) -> None:
    parties = [caller.post("/cfs/parties/", customer_name="BCR-1").json()["party_number"] for _ in range(2)]
    account = caller.post(f"/cfs/parties/{parties[0]}/accs/", account_description="BCR").json()["account_number"]
    sites = f"/cfs/parties/{parties[0]}/accs/{account}/sites/"
    site = caller.post(sites, site_name="Site 1", receipt_method="BCR-PAD Daily").json()["site_number"]
    bank = {"bank_number": "0001", "branch_number": "00002", "bank_account_number": "1234567"}
    instrument = caller.post(f"{sites}{site}/payment/", **bank).json()

    assert parties[0] != parties[1]
    assert instrument["payment_instrument_number"]
    assert [one["receipt_method"] for one in caller.http.get(sites).json()["items"]] == ["BCR-PAD Daily"]


def test_wrong_bank_details_are_refused_on_a_site_and_explained_in_validation(caller: Caller) -> None:
    bank = {"bank_number": "0001", "branch_number": "00002", "bank_account_number": "x"}
    refused = caller.post(f"{SITE.path}/payment/", **bank)
    explained = caller.post("/cfs/validatepayins/", bankNumber="1", branchNumber="2", accountNumber="1234567").json()

    assert refused.headers["CAS-Returned-Messages"] == "[Errors = [34] Bank Account Number is Invalid]"
    assert explained["CAS-Returned-Messages"] == "0001 - Bank Number is Invalid.0002 - Branch Number is Invalid."


@pytest.mark.parametrize("amount", [50, Decimal("50.00")])
def test_a_receipt_amount_that_is_not_a_string_is_refused(caller: Caller, amount: object) -> None:
    answer = caller.post(f"{SITE.path}/rcpts/", **{**RECEIPT, "receipt_amount": amount})

    assert "must be a string" in answer.headers["CAS-Returned-Messages"]
