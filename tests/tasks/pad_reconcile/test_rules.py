"""What a row asks for, for every record type, target and status.

Source: docs/specs/cas-settlement-csv.md sections 2, 3 and 5.
"""

from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from connectors.formats.settlement import SettlementRow
from tasks.pad_reconcile.rules import RowKind, decide

PAD = ("PADP", "PADR", "PAYR")
RECORDS = (*PAD, "BOLP", "EFTP", "ONAC", "ONAP", "CMAP", "DRWP", "ADJS", "EFTR", "DM", "")
STATUSES = ("Fully PAID", "Not PAID", "On Account", "Partially PAID", "")


def row(
    record: str, target: str = "INV", status: str = "Fully PAID", amount: str = "10.00", **more: object
) -> SettlementRow:
    values: dict[str, object] = {
        "line": 2,
        "record_type": record,
        "source_type": "BCR-PAD Daily",
        "source_number": "S1",
        "application_id": 1,
        "application_date": date(2026, 11, 5),
        "amount": Decimal(amount),
        "original_amount": Decimal(amount),
        "outstanding_amount": Decimal("0.00"),
        "customer_account": "800101",
        "target_type": target,
        "target_number": "REG1",
        "status": status,
    }
    return SettlementRow(**(values | more))  # type: ignore[arg-type]


def found(one: SettlementRow) -> str:
    """Return the kind, or for a skip or reject its rule."""
    decision = decide(one)
    return decision.rule if decision.kind in {RowKind.SKIP, RowKind.REJECT} else str(decision.kind)


# Section 5 for rows with an amount and target INV: record types, then what each status asks for.
INVOICE_ROWS = {
    ("PADP",): ("SETTLE_PAD", "BOUNCE", "unexpected_status", "unexpected_status", "unexpected_status"),
    ("PADR", "PAYR"): ("SETTLE_PAD", "BOUNCE", "BOUNCE", "BOUNCE", "BOUNCE"),
    ("BOLP", "EFTP"): ("SETTLE_ONE", "OTHER_ONE", "OTHER_ONE", "PART_ONE", "OTHER_ONE"),
    ("ONAC", "ONAP", "DRWP"): ("SETTLE_CREDIT", "unexpected_status", "unexpected_status", "partial_credit",
                               "unexpected_status"),
    ("CMAP",): ("SETTLE_CREDIT", "unexpected_status", "unexpected_status", "MEMO_PART", "unexpected_status"),
    ("ADJS", "EFTR"): ("informational",) * 5,
    ("DM", ""): ("unknown_record_type",) * 5,
}  # fmt: skip
EXPECTED = {
    (record, status): expected
    for records, row_of in INVOICE_ROWS.items()
    for record in records
    for status, expected in zip(STATUSES, row_of, strict=True)
}


@pytest.mark.parametrize(("record", "status"), list(EXPECTED))
def test_a_row_on_an_invoice_asks_for_what_its_type_and_status_say(record: str, status: str) -> None:
    assert found(row(record, status=status)) == EXPECTED[record, status]
    assert found(row(record, status=status.upper())) == EXPECTED[record, status]


@pytest.mark.parametrize("record", RECORDS)
@pytest.mark.parametrize("status", STATUSES)
def test_a_row_on_a_receipt_is_money_on_account_unless_it_went_back(record: str, status: str) -> None:
    expected = {
        "PADR": "reversal_on_account",
        "PAYR": "reversal_on_account",
        "EFTR": "reversal_on_account",
        "DM": "unknown_record_type",
        "": "unknown_record_type",
    }
    assert found(row(record, "RECEIPT", status)) == expected.get(record, "ON_ACCOUNT")
    assert found(row(record, "RECEIPT", status, amount="0.00")) == expected.get(record, "ON_ACCOUNT")


@pytest.mark.parametrize(("record", "target", "status"), list(product(RECORDS, ("DM", "CM", ""), STATUSES)))
def test_a_row_on_anything_else_changes_nothing_and_one_of_money_or_of_pad_on_nothing_is_told(
    record: str, target: str, status: str
) -> None:
    expected = {
        "DM": "unknown_record_type",
        "": "unknown_record_type",
        "ADJS": "informational",
        "EFTR": "informational",
    }
    of_money = "target_is_no_invoice" if target else "no_target"
    assert found(row(record, target, status)) == expected.get(record, of_money)
    if record in {"PADP", "PADR", "CMAP"}:
        of_nothing = of_money if record in PAD else "target_is_no_invoice"
        assert found(row(record, target, status, amount="0.00")) == of_nothing


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("record", RECORDS)
def test_a_row_without_an_amount_is_skipped_unless_it_is_a_pad_row(record: str, status: str) -> None:
    expected = EXPECTED[record, status] if record in PAD else "zero_amount"
    if record in {"ADJS", "EFTR"}:
        expected = "informational"
    assert found(row(record, status=status, amount="0.00")) == expected


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("amount", ["15.00", "0.00"])
def test_an_eft_wire_line_concerns_the_payment_of_the_eft_job_only(status: str, amount: str) -> None:
    wire = row("EFTP", status=status, amount=amount, source_type="BC REG EFT Wire Cheque")

    assert found(wire) == "EFT_PAYMENT"


def test_a_row_that_could_not_be_read_is_rejected_with_its_problem() -> None:
    decision = decide(row("PADP", problem="the line is not CSV"))

    assert (decision.kind, decision.rule, decision.detail) == (RowKind.REJECT, "unreadable", "the line is not CSV")


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("amount", ["15.00", "0.00"])
def test_a_bank_row_whose_source_is_eft_is_left_to_the_eft_job(status: str, amount: str) -> None:
    assert found(row("BOLP", status=status, amount=amount, source_type="BC REG EFT Wire Cheque")) == "eft_source"


def test_a_line_of_an_unknown_type_that_names_no_target_is_rejected_even_without_amount() -> None:
    assert found(row("TOTAL", "", amount="0.00")) == "unknown_record_type"


ASKING = {
    "SETTLE_PAD": row("PADP"),
    "BOUNCE": row("PADR", status="Not PAID"),
    "SETTLE_ONE": row("BOLP"),
    "PART_ONE": row("BOLP", status="Partially PAID"),
    "SETTLE_CREDIT": row("CMAP"),
    "MEMO_PART": row("CMAP", status="Partially PAID"),
    "ON_ACCOUNT": row("ONAC", "RECEIPT", "On Account"),
    "EFT_PAYMENT": row("EFTP", source_type="BC REG EFT Wire Cheque"),
}


@pytest.mark.parametrize(
    ("lacking", "rule", "untouched"),
    [
        ({"application_date": None}, "no_date", {"ON_ACCOUNT", "EFT_PAYMENT"}),
        ({"customer_account": ""}, "no_customer_account", {"MEMO_PART", "EFT_PAYMENT"}),
        ({"source_number": ""}, "no_source_number", {"BOUNCE"}),
        (
            {"application_id": None},
            "no_application_id",
            {"SETTLE_PAD", "BOUNCE", "SETTLE_ONE", "PART_ONE", "ON_ACCOUNT", "EFT_PAYMENT"},
        ),
        ({"amount": Decimal("-1.00")}, "negative_amount", {"BOUNCE", "EFT_PAYMENT"}),
        ({"amount": None}, "no_amount", {"BOUNCE", "EFT_PAYMENT"}),
        ({"original_amount": None}, "no_original_amount", {"SETTLE_CREDIT", "MEMO_PART", "EFT_PAYMENT"}),
        (
            {"outstanding_amount": None},
            "no_outstanding_amount",
            {"SETTLE_PAD", "SETTLE_ONE", "SETTLE_CREDIT", "MEMO_PART", "ON_ACCOUNT", "EFT_PAYMENT"},
        ),
    ],
)
@pytest.mark.parametrize("kind", list(ASKING))
def test_a_row_that_lacks_what_its_effect_rests_on_is_rejected(
    kind: str, lacking: dict[str, object], rule: str, untouched: set[str]
) -> None:
    asking = ASKING[kind]
    values = {name: getattr(asking, name) for name in SettlementRow.__dataclass_fields__}

    assert found(asking) == kind
    assert found(SettlementRow(**(values | lacking))) == (kind if kind in untouched else rule)


READABLE = tuple(name for name in SettlementRow.__dataclass_fields__ if name not in {"line", "problem", "faults"})
CLASSIFYING = {"record_type", "target_type", "status"}


SETTLING = {"source_number", "application_date", "amount", "customer_account", "target_number"}
# What the effect of each row rests on, by sections 5 to 8.
READ_BY: list[tuple[SettlementRow, set[str]]] = [
    (row("PADP"), {*SETTLING, "original_amount"}),
    (row("PADR", status="Not PAID"), {*SETTLING, "original_amount", "outstanding_amount"} - {"amount"}),
    (row("BOLP"), {*SETTLING, "source_type", "original_amount"}),
    (row("EFTP"), {*SETTLING, "source_type"}),
    (row("BOLP", status="Not PAID"), {*SETTLING, "source_type"}),
    (row("BOLP", status="Partially PAID"),
     {*SETTLING, "source_type", "original_amount", "outstanding_amount", "application_id"}),
    (row("EFTP", status="Partially PAID"), {*SETTLING, "source_type", "outstanding_amount", "application_id"}),
    (row("ONAC"), SETTLING),
    (row("CMAP"), {*SETTLING, "application_id"}),
    (row("CMAP", status="Partially PAID"), {*SETTLING, "application_id"}),
    (row("ONAC", "RECEIPT"), {*SETTLING, "original_amount"} - {"target_number", "application_date"}),
    (row("CMAP", "RECEIPT"), {*SETTLING, "original_amount"} - {"target_number", "application_date"}),
    (row("BOLP", "RECEIPT"), {*SETTLING, "original_amount", "source_type"}),
    (row("EFTP", source_type="BC REG EFT Wire Cheque"), {"source_type", "source_number"}),
]  # fmt: skip


@pytest.mark.parametrize(("one", "read"), READ_BY)
def test_only_a_value_that_the_effect_rests_on_can_reject_a_row(one: SettlementRow, read: set[str]) -> None:
    values = {name: getattr(one, name) for name in SettlementRow.__dataclass_fields__}
    kind = decide(one).kind

    for column in READABLE:
        decision = decide(SettlementRow(**(values | {"faults": {column: f"{column} is unreadable"}})))
        rejected = (RowKind.REJECT, "unreadable", f"{column} is unreadable")
        expected = rejected if column in {*CLASSIFYING, *read} else (kind, "", "")
        assert (decision.kind, decision.rule, decision.detail) == expected, column


def test_a_blank_value_that_the_effect_does_not_read_rejects_no_row() -> None:
    assert found(row("BOLP", source_type="")) == "SETTLE_ONE"
    assert found(row("ONAC", application_id=None)) == "SETTLE_CREDIT"
    assert found(row("EFTP", original_amount=None)) == "SETTLE_ONE"


def test_every_reject_says_what_is_wrong_with_the_row() -> None:
    rejected = [
        (row("TOTAL"), "record type 'TOTAL' is not known"),
        (row("PADP", status="On Account"), "PADP row with status 'On Account' (expected Fully PAID or Not PAID)"),
        (row("ONAC", status=""), "ONAC row with status '' (expected Fully PAID or Partially PAID)"),
        (row("PADP", amount="-0.01"), "amount -0.01 would settle or credit less than nothing"),
        (row("PADR", status="", outstanding_amount=Decimal("-2.00")),
         "outstanding amount -2.00 would settle or credit less than nothing"),
        (row("CMAP", application_id=2**31),
         "application id 2147483648 is more than applied_credits.application_id can hold (2147483647)"),
        (row("PADP", problem="", faults={"status": "one", "record_type": "two"}), "two; one"),
        (row("PADP", faults={"amount": "one", "source_number": "two"}), "two; one"),
    ]  # fmt: skip
    assert [decide(one).detail for one, _ in rejected] == [words for _, words in rejected]


def test_an_application_id_as_large_as_the_pay_table_holds_is_taken() -> None:
    assert [
        found(row("CMAP", status=status, application_id=2**31 - 1)) for status in ("Fully PAID", "Partially PAID")
    ] == [
        "SETTLE_CREDIT",
        "MEMO_PART",
    ]


def test_an_application_id_that_is_the_key_of_no_applied_credit_may_be_larger() -> None:
    assert found(row("BOLP", status="Partially PAID", application_id=2**31)) == "PART_ONE"
    assert found(row("CMAP", "RECEIPT", application_id=2**31)) == "ON_ACCOUNT"
    assert found(row("ONAC", application_id=2**31)) == "SETTLE_CREDIT"


@pytest.mark.parametrize("column", READABLE)
@pytest.mark.parametrize("one", [row("ADJS"), row("BOLP", amount="0.00"), row("PADP", "DM"), row("PADR", "RECEIPT")])
def test_a_row_that_is_skipped_is_not_rejected_for_what_nobody_reads(one: SettlementRow, column: str) -> None:
    values = {name: getattr(one, name) for name in SettlementRow.__dataclass_fields__}

    decision = decide(SettlementRow(**(values | {"faults": {column: "unreadable"}})))

    assert decision.kind is (RowKind.REJECT if column in CLASSIFYING else RowKind.SKIP)


def test_money_on_account_that_covers_a_part_is_read_for_its_amount_alone() -> None:
    part = row("ONAC", status="Partially PAID")
    values = {name: getattr(part, name) for name in SettlementRow.__dataclass_fields__}

    for column in set(READABLE) - CLASSIFYING:
        decision = decide(SettlementRow(**(values | {"faults": {column: "unreadable"}})))
        assert decision.rule == ("unreadable" if column == "amount" else "partial_credit"), column
    assert found(row("ONAC", status="Partially PAID", amount="-1.00")) == "negative_amount"
    assert decide(SettlementRow(**(values | {"amount": None}))).rule == "no_amount"
