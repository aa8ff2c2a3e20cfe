"""What a settlement row asks for, written from the sheet alone and without looking at the job's own reader and rules.

Source: docs/specs/cas-settlement-csv.md sections 2, 3 and 5. Read are the texts of rows as the tests of the model write
them: amounts and dates are well formed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
EFT_WIRE = "BC REG EFT WIRE CHEQUE"


@dataclass(frozen=True)
class ModelRow:
    """The columns of a row that the sheet's rules speak of."""

    record: str
    source_type: str
    source: str
    application: int | None
    day: date
    amount: Decimal
    account: str
    target: str
    number: str
    original: Decimal
    outstanding: Decimal
    status: str

    def identity(self) -> tuple[object, ...]:
        """Return what makes a row the same row in another file: all but its date and running balance.

        Without an Application Id the balance tells two equal part payments apart.
        """
        told_apart_by = self.application or ("owing", self.outstanding)
        return (
            self.record,
            self.source,
            told_apart_by,
            self.amount,
            self.account,
            self.target,
            self.number,
            self.status,
        )


def read_row(texts: Sequence[str]) -> ModelRow:
    """Return the row that these fields of a line are; columns that are not there are blank."""
    field = [*texts, *[""] * (14 - len(texts))]
    day = date(1, 1, 1)
    if field[4]:
        number, month, year = field[4].split("-")
        day = date(2000 + int(year), 1 + MONTHS.index(month.upper()), int(number))
    return ModelRow(
        record=field[0],
        source_type=field[1].upper(),
        source=field[2],
        application=int(field[3]) if field[3] else None,
        day=day,
        amount=Decimal(field[5] or "0.00"),
        account=field[6],
        target=field[7],
        number=field[8],
        original=Decimal(field[9] or "0.00"),
        outstanding=Decimal(field[10] or "0.00"),
        status=field[11].lower(),
    )


def classify(row: ModelRow) -> tuple[str, str]:
    """Return what a row asks for, and the rule by which it is skipped or rejected."""
    kind, rule = _by_sections(row)
    if row.record == "CMAP" and kind in {"SETTLE_CREDIT", "MEMO_PART"} and row.application is None:
        return "REJECT", "no_application_id"
    return kind, rule


def _by_sections(row: ModelRow) -> tuple[str, str]:
    match row.record, row.target:
        case (("PADR" | "PAYR" | "EFTR"), "RECEIPT"):
            return "SKIP", "reversal_on_account"
        case (("PADP" | "BOLP" | "EFTP" | "ONAC" | "ONAP" | "CMAP" | "DRWP" | "ADJS"), "RECEIPT"):
            return "ON_ACCOUNT", ""
        case (("ADJS" | "EFTR"), _):
            return "SKIP", "informational"
        case (("PADP" | "PADR" | "PAYR"), "INV"):
            return _pad(row)
        case (("BOLP" | "EFTP"), "INV"):
            return _single(row)
        case (("ONAC" | "ONAP" | "CMAP" | "DRWP"), "INV"):
            return _credit(row)
        case (("PADP" | "PADR" | "PAYR" | "BOLP" | "EFTP" | "ONAC" | "ONAP" | "CMAP" | "DRWP"), "") if (
            row.amount or row.record in {"PADP", "PADR", "PAYR"}
        ):
            return "REJECT", "no_target"
        case (("PADP" | "PADR" | "PAYR" | "BOLP" | "EFTP" | "ONAC" | "ONAP" | "CMAP" | "DRWP"), _):
            return "SKIP", "target_is_no_invoice"
    if row.amount == 0 and row.target in {"INV", "DM", "CM"}:
        return "SKIP", "zero_amount"
    return "REJECT", "unknown_record_type"


def _pad(row: ModelRow) -> tuple[str, str]:
    if row.status == "fully paid":
        return "SETTLE_PAD", ""
    if row.status == "not paid" or row.record != "PADP":
        return "BOUNCE", ""
    return "REJECT", "unexpected_status"


def _single(row: ModelRow) -> tuple[str, str]:
    if row.source_type == EFT_WIRE:
        return ("EFT_PAYMENT", "") if row.record == "EFTP" else ("SKIP", "eft_source")
    if row.amount == 0:
        return "SKIP", "zero_amount"
    if row.status == "fully paid":
        return "SETTLE_ONE", ""
    return ("PART_ONE", "") if row.status == "partially paid" else ("OTHER_ONE", "")


def _credit(row: ModelRow) -> tuple[str, str]:
    if row.amount == 0:
        return "SKIP", "zero_amount"
    if row.status == "fully paid":
        return "SETTLE_CREDIT", ""
    if row.status != "partially paid":
        return "REJECT", "unexpected_status"
    return ("MEMO_PART", "") if row.record == "CMAP" else ("SKIP", "partial_credit")
