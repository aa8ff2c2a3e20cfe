"""Money by payment method adds each figure once, and nothing that had come in before."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from database.closing.figures import FIGURES
from tools.close.by_method import in_all, method_table, money_by_method
from tools.close.closing import FigureTotal, Total

METHODS = ("PAD", "CC", "EJV", "CREDIT", "VS", "")
AMOUNTS = st.decimals(0, 99_999, places=2).map(lambda amount: Total(1, amount))
FIGURE_TOTALS = st.dictionaries(
    st.sampled_from([one.name for one in FIGURES]), st.dictionaries(st.sampled_from(METHODS), AMOUNTS, max_size=6)
).map(lambda found: [FigureTotal(name, "", tuple(by_method.items())) for name, by_method in found.items()])


def figure(name: str, **amounts: str) -> FigureTotal:
    return FigureTotal(name, "", tuple((method, Total(1, Decimal(amount))) for method, amount in amounts.items()))


def test_money_is_told_by_the_way_it_came_and_partners_are_one() -> None:
    found = money_by_method(
        [
            figure("money.rows", PAD="100.00", CREDIT="30.00"),
            figure("money.receipts", PAD="100.00"),
            figure("money.others", CC="20.00", PAD="1.00"),
            figure("bounces.receipts", PAD="15.50"),
            figure("partners.disbursed", VS="40.00", RPT="2.00"),
            figure("partners.given_back", VS="3.00"),
        ]
    )

    assert [(one.method, str(one.came_in), str(one.went_out), str(one.bounced)) for one in found] == [
        ("PAD", "101.00", "0.00", "15.50"),
        ("partners", "3.00", "42.00", "0.00"),
        ("CC", "20.00", "0.00", "0.00"),
    ]
    assert method_table([figure("money.on_account", **{"": "9.00"})]).rows == [
        ("on account", Decimal("9.00"), Decimal("0.00"), Decimal("0.00"))
    ]


@given(FIGURE_TOTALS)
def test_the_methods_add_up_to_the_figures_they_are_made_of(figures: list[FigureTotal]) -> None:
    def together(*names: str) -> Decimal:
        return sum(
            (total.amount for one in figures if one.name in names for method, total in one.by_method
             if method != "CREDIT"),
            Decimal(0),
        )  # fmt: skip

    money = in_all(money_by_method(figures))

    assert money.came_in == together(
        "money.rows", "money.on_account", "money.others", "journals.accepted", "slips.deposited", "partners.given_back"
    )
    assert money.went_out == together("journals.paid_back", "partners.disbursed", "cheques.accepted")
    assert money.bounced == together("bounces.receipts")
