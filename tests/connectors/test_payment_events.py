"""Which product hears of its payments where, and what other services are told of them."""

import csv
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import EventSettings
from connectors.events import Topic
from connectors.payment_events import EventInvoice, PaymentStatus, payment_event, payment_topic
from sandbox.paydb_facts import FACTS
from tests.connectors.test_events import as_message, lock, publish
from tests.outbox_fixtures import recording

CREATED, PAID, REFUNDED = datetime(2026, 11, 1, 8), datetime(2026, 11, 2), datetime(2026, 11, 3, 9, 30)
HEARS = {
    "NRO": Topic.NAMEX_PAY,
    **dict.fromkeys(["BUS", "BCR", "LTD", "CC", "SP", "GP", "BC", "CP", "ULC", "BEN"], Topic.BUSINESS_PAY),
    "PPR": Topic.ASSETS_PAY,
}


def invoice(corp: str = "BC", product: str | None = "BUSINESS", **changes: Any) -> EventInvoice:
    values: dict[str, Any] = {
        "invoice_id": 7, "filing_id": "4711", "corp_type_code": corp, "product": product, "payment_account_id": 11,
        "payment_method_code": "DIRECT_PAY", "created_on": CREATED, "payment_date": PAID, "refund_date": None,
    }  # fmt: skip
    return EventInvoice(**values | changes)


def event(of: Any, *, with_dates: bool = False) -> Any:
    return payment_event(of, PaymentStatus.COMPLETED, with_dates=with_dates, idempotency_key="completed:7")


def seeded() -> list[tuple[str, str]]:
    """The corp types of the pay database with their products."""
    with (FACTS / "seed_corp_types.csv").open(encoding="utf-8", newline="") as file:
        return [(row["code"], row["product"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize(("corp", "product"), seeded())
def test_a_product_hears_on_its_topic_or_not_at_all(corp: str, product: str) -> None:
    assert payment_topic(corp, product) == HEARS.get(corp)


@pytest.mark.parametrize(("product", "topic"), [("BTR", Topic.BUSINESS_PAY), ("MHR", Topic.ASSETS_PAY),
                                                ("STRR", Topic.STRR_PAY)])  # fmt: skip
def test_products_that_come_by_other_corp_types_have_their_topics_too(product: str, topic: Topic) -> None:
    assert payment_topic("NEW", product) == topic


@given(corp=st.text(max_size=4), product=st.none() | st.text(max_size=9))
def test_whatever_is_not_known_to_listen_is_told_nothing(corp: str, product: str | None) -> None:
    found = event(invoice(corp, product))

    assert (found is None) == (payment_topic(corp, product) is None)
    assert found is None or found.payload["topic"] in set(Topic)


@pytest.mark.parametrize(
    ("method", "released"), [("PAD", CREATED), ("EFT", CREATED), ("EJV", CREATED), ("INTERNAL", CREATED),
                             ("DIRECT_PAY", PAID), ("ONLINE_BANKING", PAID), ("CC", PAID)],
)  # fmt: skip
def test_a_product_is_released_at_once_or_when_it_is_paid(method: str, released: datetime) -> None:
    of = invoice(payment_method_code=method, refund_date=REFUNDED)

    assert event(of, with_dates=True).payload["data"] == {
        "id": 7,
        "statusCode": "COMPLETED",
        "filingIdentifier": "4711",
        "corpTypeCode": "BC",
        "productReleaseDate": released,
        "productReversalDate": REFUNDED,
    }
    assert event(of).payload["data"].keys() & {"productReleaseDate", "productReversalDate"} == set()


def test_a_payment_event_has_its_corp_type_beside_it_for_subscriptions_that_filter() -> None:
    with recording() as server:
        publish(server, event(invoice("PPR", "PPR")), lock())

    payment, other = (request.body["messages"][0]["attributes"] for request in server.requests)
    assert (payment["corp_type"], "corp_type" in other) == ("PPR", False)


def test_the_topic_of_strr_is_the_business_one_until_it_has_its_own() -> None:
    url = "https://events.example.org/topics"
    asked = Topic(as_message(event(invoice("STRR", "STRR"))).text("topic"))

    shared = EventSettings(publish_url=url, business_pay_topic="business-pay-test")
    apart = EventSettings(publish_url=url, strr_pay_topic="strr-pay-test")

    assert (shared.name_of(asked), apart.name_of(asked)) == ("business-pay-test", "strr-pay-test")
    assert shared.name_of(Topic.ASSETS_PAY) == "assets-pay-notification-dev"
