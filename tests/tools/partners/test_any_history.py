"""Whatever happened to the invoices of a partner, its account adds up, and is what the events come to."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.business_time import month_of
from jobs.run.outcome import Table
from tests.ejv_factory import EjvBooks
from tests.tools.partners.deals import Deal, PartnerBooks, below_zero, expected
from tools.partners.accounts import HEADINGS
from tools.partners.arguments import Arguments
from tools.partners.task import run

MONTHS = (date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1))
_SOME = st.integers(1, 9)


@st.composite
def deals(draw: st.DrawFn) -> Deal:
    """Return an invoice whose events fall on days of three months, in an order that is possible."""
    method = draw(st.sampled_from(("PAD", "EFT", "CC")))
    fee = Decimal(draw(st.integers(100, 9_999))) / 100
    made = date(2026, 10, 2) + timedelta(days=draw(st.integers(0, 40)))
    is_paid = method != "EFT" or draw(st.booleans())
    paid = made + timedelta(days=draw(_SOME)) if is_paid else None
    out = draw(st.sampled_from(("waiting", "in_flight", "refused", "done", "done", "done")))
    out_on = (paid if paid and method != "EFT" else made) + timedelta(days=draw(_SOME) + 1)
    refund = draw(st.sampled_from((None, fee, fee / 2))) if paid and draw(st.booleans()) else None
    refund_on = max(out_on, paid or made) + timedelta(days=draw(_SOME))
    return Deal(
        0, method, fee, Decimal(draw(st.sampled_from((0, 150)))) / 100, made, paid, out, out_on,
        None if refund is None else refund.quantize(Decimal("0.01")), refund_on,
        draw(st.sampled_from(("waiting", "in_flight", "refused", "done"))), refund_on + timedelta(days=draw(_SOME) + 1),
    )  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(st.tuples(deals(), st.integers(0, 1)), min_size=1, max_size=8))
def test_an_account_adds_up_and_is_what_its_events_come_to(history: list[tuple[Deal, int]], books: EjvBooks) -> None:
    books.empty()
    partner = PartnerBooks(books)
    numbered = [(replace(deal, number=1000 + place), gl) for place, (deal, gl) in enumerate(history)]
    for deal, gl in numbered:
        partner.write(deal, gl)
    by_gl = {
        partner.gl[place]: [deal for deal, gl in numbered if gl == place] + ([partner.first] if place == 0 else [])
        for place in (0, 1)
    }

    ends: dict[int, Decimal] = {}
    for month in MONTHS:
        outcome = run(books.context(), Arguments(month))
        assert [reject for reject in outcome.rejects if reject.reason == "the account does not add up"] == []
        tables = {table.key: table for table in outcome.tables}
        for gl, of_gl in by_gl.items():
            must = expected(of_gl, month, month_of(month)[1])
            found = _figures(tables.get("accounts"), gl) | _figures(tables.get("balances"), gl)
            assert {name: amount for name, amount in found.items() if amount} == {
                name: amount for name, amount in must.items() if amount
            }, (month, gl, of_gl)
            assert found.get("start_balance", Decimal(0)) == ends.get(gl, found.get("start_balance", Decimal(0)))
            ends[gl] = found.get("end_balance", Decimal(0))
        named = {row[0] for row in tables["below_zero"].rows} if "below_zero" in tables else set()
        assert named == below_zero([deal for deal, _ in numbered], month_of(month)[1])
        assert "partner_rows" not in tables


def _figures(table: Table | None, gl: int) -> dict[str, Decimal]:
    names = {heading: name for name, heading in HEADINGS.items()}
    for record in table.iter_records() if table is not None else ():
        if record["GL"] == gl:
            return {names[heading]: amount for heading, amount in record.items() if heading in names}
    return {}
