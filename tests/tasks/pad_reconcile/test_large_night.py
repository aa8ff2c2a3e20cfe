"""A file about many CFS numbers does to each what the rules in plain Python say, whatever the others hold.

SOAK_SEEDS is how many nights are drawn, SOAK_FIRST the first; `make soak` takes a thousand.
"""

import os
from random import Random

import pytest

from connectors.inbound.holds import HoldKind
from tests.settlement_factory import Account, Line, SettlementBooks
from tests.tasks.pad_reconcile import model
from tests.tasks.pad_reconcile.both_books import BothBooks, expected, found
from tests.tasks.pad_reconcile.model_rows import read_row

FIRST = int(os.environ.get("SOAK_FIRST", "0"))
SEEDS = range(FIRST, FIRST + int(os.environ.get("SOAK_SEEDS", "2")))
NUMBERS = 60
FILES = ("BCR_PAYMENT_APPL_20261105.csv", "BCR_PAYMENT_APPL_20261106.csv")
AMOUNTS = ("0.00", "5.00", "10.01", "25.00", "25.00", "40.00")
DAYS = ("03-Nov-26", "04-Nov-26", "05-Nov-26", "06-Nov-26")
STATES = (
    ("APPROVED", "ACTIVE"), ("APPROVED", "ACTIVE"), ("SETTLEMENT_SCHED", "ACTIVE"), ("PAID", "COMPLETED"),
    ("PAID", "COMPLETED"), ("CREDITED", "ACTIVE"), ("CREDITED", "COMPLETED"), ("APPROVED", "CANCELLED"),
)  # fmt: skip
METHODS = ("PAD", "PAD", "ONLINE_BANKING", "CC", "DIRECT_PAY", "EFT")
# By how often: record types and statuses of a row on a PAD, a bank or an EFT invoice.
ROWS = {
    "PAD": [("PADP", "Fully PAID")] * 5 + [("PADR", "Not PAID")] * 4 + [("CMAP", "Partially PAID")] * 2
           + [("PADR", "Partially PAID"), ("ONAC", "Partially PAID")] * 2
           + [("CMAP", "Fully PAID"), ("ONAC", "Fully PAID"), ("PAYR", "Partially PAID"), ("PADP", "Not PAID"),
              ("DRWP", "On Account")],
    "ONLINE_BANKING": [("BOLP", "Fully PAID"), ("BOLP", "Partially PAID")] * 4 + [("BOLP", "Not PAID"),
                       ("ONAC", "Fully PAID"), ("CMAP", "Partially PAID"), ("PADP", "Fully PAID"),
                       ("PADR", "Not PAID"), ("PADR", "Partially PAID"), ("PADR", "Partially PAID"),
                       ("ONAC", "Partially PAID")],
    "EFT": [("EFTP", "Fully PAID"), ("EFTP", "Partially PAID"), ("ONAP", "Fully PAID"), ("ADJS", "Fully PAID")],
}  # fmt: skip


class NightDraw:
    """Draws what stands behind each number, and the rows about it."""

    def __init__(self, chance: Random, both: BothBooks) -> None:
        self._chance = chance
        self._both = both
        statuses = ["ACTIVE"] * 9 + ["FREEZE"] * 3 + ["INACTIVE", "PENDING_PAD_ACTIVATION"]
        self._accounts = [(both.account(f"8001{at:02}", "PAD", status), "PAD") for at, status in enumerate(statuses)]
        self._accounts += [(both.account(f"8002{at:02}", "ONLINE_BANKING"), "ONLINE_BANKING") for at in range(5)]
        self._accounts += [(both.account(f"8003{at:02}", "EFT"), "EFT") for at in range(2)]
        self._accounts += [(both.account("800400"), "PAD")]
        both.account("800400")  # a number that two own
        for account, _ in self._accounts[:4]:
            both.profile(account, f"9{account.cfs[1:]}", status=chance.choice(("ACTIVE", "INACTIVE")))
            both.profile(account, account.cfs, "ONLINE_BANKING")
        for account, method in self._accounts:
            if method == "ONLINE_BANKING":
                both.profile(account, f"7{account.cfs[1:]}")
        self.rows: list[Line] = []

    def number(self, place: int) -> None:
        """Add what stands behind one number, and rows about it."""
        chance, both = self._chance, self._both
        number = f"REG{place}"
        receipts = [f"S{place if self._often(0.9) else place - 1}", f"T{place}", f"M{place}"]
        known = [*receipts, str(place), str(1000 + place)]
        account, method = chance.choice(self._accounts)
        invoices = []
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            status, reference = chance.choice(STATES)
            own = "CC" if self._often(0.12) else method
            owner = account if self._often(0.9) else chance.choice(self._accounts)[0]
            invoices.append(both.invoice(owner, number, chance.choice(AMOUNTS[1:]), status, reference, own))
            if reference == "CANCELLED" and self._often(0.6):
                into = chance.choice((f"{number}-C", f"{number}-121314-C", f"REG9{place:05}", f"REG8{place:05}"))
                both.bundle(invoices[-1], number, into, chance.choice(("COMPLETED", "ACTIVE")))
            for _ in range(chance.choice((1, 1, 1, 2)) * self._often(0.7 if reference == "COMPLETED" else 0.2)):
                both.receipt(invoices[-1], chance.choice(known), chance.choice(AMOUNTS[1:4]))
        for _ in range(chance.choice((0, 0, 1, 1, 2))):
            status = chance.choice(("FAILED", "COMPLETED", "COMPLETED", "CREATED"))
            both.payment(account, number if self._often(0.9) else None, status, chance.choice(receipts[:2]),
                         chance.randint(3, 7), chance.choice((method, *METHODS)),
                         chance.choice(("0.00", *AMOUNTS[2:4])))  # fmt: skip
        for _ in range(chance.choice((0, 0, 1, 1, 1, 2))):
            memo = self._often(0.8)
            credit = both.credit(account, receipts[2] if memo else chance.choice(receipts), memo=memo)
            if self._often(0.2):
                both.applied_credit(credit, account, invoices[0], number, 2000 + place, "5.00")
        if self._often(0.08):
            both.noted_bounce(invoices[0], number, chance.choice(receipts[:2]), undone=self._often(0.4))
        self.rows += [self._row(place, account, method, receipts) for _ in range(chance.randint(1, 4))]

    def _row(self, place: int, account: Account, method: str, receipts: list[str]) -> Line:
        chance = self._chance
        record, status = chance.choice(ROWS[method])
        source = receipts[2] if record == "CMAP" else chance.choice(receipts[:2])
        cfs = account.cfs if self._often(0.95) else chance.choice(self._accounts)[0].cfs
        day, amount, original = chance.choice(DAYS), chance.choice(AMOUNTS), chance.choice(("40.00", *AMOUNTS))
        if self._often(0.1):
            return Line(chance.choice(("ONAC", record)), source, amount, cfs, source, "On Account", original,
                        target="RECEIPT", application="", day=day)  # fmt: skip
        application = "" if self._often(0.05) else str(chance.choice((0, 1, 2)) * 1000 + place)
        source_type = chance.choice((None, "BCR-ADJ")) if record == "EFTP" else None
        return Line(record, source, amount, cfs, f"REG{place}", status, original, chance.choice(AMOUNTS),
                    application=application, day=day, source_type=source_type)  # fmt: skip

    def _often(self, part: float) -> bool:
        return self._chance.random() < part


def _judged_otherwise(judged: list[model.JudgedRow], outcomes: list[str]) -> list[tuple[model.JudgedRow, str]]:
    said = [f"{one.outcome}:{one.rule}" if one.rule else one.outcome for one in judged]
    return [(one, outcome) for one, rule, outcome in zip(judged, said, outcomes, strict=True) if rule != outcome]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_night_of_many_numbers_does_to_each_what_the_rules_say(seed: int, books: SettlementBooks) -> None:
    chance = Random(seed)
    both = BothBooks(books)
    with books.together():
        night = NightDraw(chance, both)
        for place in range(NUMBERS):
            night.number(place)
    world, rows = both.model, night.rows
    chance.shuffle(rows)
    half = len(rows) * 2 // 3

    for name, some in zip(FILES, (rows[:half], rows[half - 8 :]), strict=True):
        lines = [*some, *chance.sample(some, 5)]
        books.apply(*lines, name=name, released=frozenset({HoldKind.FUSE}))
        judged = world.apply([read_row(line.fields()) for line in lines])

        assert _judged_otherwise(judged, books.outcomes(name)) == []
        assert found(books) == expected(world)
