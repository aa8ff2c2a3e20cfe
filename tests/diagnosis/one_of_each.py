"""A pay database with at least one invoice for every diagnosis, and a healthy one beside each."""

from tests.stale_factory import OLD, RECENT, StaleAccount, StaleBooks

YOUNG = "2026-11-20 12:00"


def plant_every_diagnosis(db: StaleBooks, *, key: str | None = None) -> dict[int, str]:
    """Put one invoice of each kind in, and return what CFS lets us say of it.

    key  where the settlement file of P12 is stored
    """
    expected = _pad_settled(db, key)
    for plant in (_pad_unsent, _journals, _slips, _eft, _bank, _cards, _odd):
        expected |= plant(db)
    return expected


def plant_healthy(db: StaleBooks) -> None:
    """Put invoices in that nobody has to look at: young ones, and finished ones of any age."""
    pad, ministry, eft, bank = db.account(), db.ministry(), db.account("EFT"), db.account("ONLINE_BANKING")
    for account in (pad, ministry, eft, bank, db.account("DIRECT_PAY")):
        for status in ("PAID", "CANCELLED", "CREDITED", "REFUNDED"):
            db.reference(db.invoice(account, status), "COMPLETED")
    db.sent(pad, made=YOUNG)
    db.invoice(pad, made=YOUNG)
    db.sent(ministry, made=YOUNG)
    made, _ = db.sent(eft, made=YOUNG)
    db.eft_link(made, made=RECENT)
    db.sent(bank, status="SETTLEMENT_SCHED", made=YOUNG)
    db.invoice(bank, "CREATED", made=RECENT)
    db.invoice(db.slip("206009999"), made=RECENT, slip="206009999")
    db.invoice(db.account("DIRECT_PAY"), "CREATED", made="2026-09-01 12:00")
    db.sent(eft, status="OVERDUE", overdue=OLD)


def _pad_unsent(db: StaleBooks) -> dict[int, str]:
    found = {
        db.invoice(db.account(profile="FREEZE")): "P1",
        db.invoice(db.account(profile="PENDING")): "P2",
        db.invoice(db.account(profile="PENDING_PAD_ACTIVATION", activation="2026-12-01 00:00")): "P3",
        db.invoice(db.account(profile="PENDING_PAD_ACTIVATION", activation="2026-11-01 00:00")): "P3L",
        db.invoice(db.account(profile="INACTIVE")): "P4",
        db.invoice(db.account()): "P7",
    }
    crashed, grown = db.account(), db.account()
    pair = db.invoice(crashed), db.invoice(crashed, total="31.50")
    db.in_cfs(crashed, f"REG{pair[0]:08}", "131.50")
    group = db.invoice(grown), db.invoice(grown, total="20.00")
    db.in_cfs(grown, f"REG{group[0]:08}", "100.00")
    return found | dict.fromkeys(pair, "P5") | dict.fromkeys(group, "P6")


def _pad_settled(db: StaleBooks, key: str | None) -> dict[int, str]:
    found: dict[int, str] = {}

    def one(code: str, due: str | None, total: str = "100.00") -> tuple[int, str, StaleAccount]:
        account = db.account()
        made, number = db.sent(account, total=total)
        if due is not None:
            db.in_cfs(account, number, total, paid=due)
        found[made] = code
        return made, number, account

    one("P8", None)
    made, number, _ = one("P9", "0.00")
    db.change("UPDATE invoice_references SET created_on = '2026-11-21' WHERE invoice_id = :id", id=made)
    _, _, stopped = one("P10", "0.00")
    db.books.sites[stopped.site]["receipt_method"] = "BCR-PAD Stop"
    one("P11", "40.00")
    if key is not None:
        made = _named(db, db.account(), "REG77000012")
        found[made] = "P12"
        db.settlement_file("BCR_PAYMENT_APPL_20261006.csv", state="held", key=key)
        cut_off = key.replace("1006.csv", "1010.csv")
        found[_named(db, db.account(), "REG77000013")] = "P12C"
        db.settlement_file("BCR_PAYMENT_APPL_20261010.csv", state="held", key=cut_off, hold="cut off")
    applied = db.settlement_file("BCR_PAYMENT_APPL_20261007.csv", processed=True)
    _, number, _ = one("P13", "100.00")
    db.settled(number, applied, outcome="rejected", detail="no invoice found")
    one("P14", "100.00")
    replaced = db.invoice(db.account())
    db.reference(replaced, "CANCELLED")
    db.reference(replaced, number=f"REG{replaced}-C", bundle=True)
    done = db.invoice(db.account())
    db.reference(done, "COMPLETED")
    bounced, number = db.sent(db.account(profile="FREEZE"), status="SETTLEMENT_SCHED")
    db.bounced(bounced, number)
    return found | {replaced: "P15", done: "P16", bounced: "PN"}


def _named(db: StaleBooks, account: StaleAccount, number: str) -> int:
    made = db.invoice(account)
    db.reference(made, number=number)
    db.in_cfs(account, number, paid="100.00")
    return made


def _journals(db: StaleBooks) -> dict[int, str]:
    def one(link: str | None = None, *, active: bool = True, stopped: bool = False, **more: str) -> int:
        made = db.invoice(db.ministry(stopped=stopped))
        db.reference(made, "ACTIVE" if active else "CANCELLED")
        if link is not None:
            db.journalled(made, link, **more)
        return made

    stored, twice = one("UPLOADED"), one("COMPLETED")
    db.feedback_stored(db.one("SELECT max(id) FROM ejv_files") - 1, "FEEDBACK.F3535.20261006214512")
    held = one("UPLOADED")
    db.feedback_stored(db.one("SELECT max(id) FROM ejv_files"), "FEEDBACK.F3535.20261006224512", hold="fuse")
    db.feedback_unread("FEEDBACK.F3535.20261007214512", came="2026-10-07 21:50")
    db.journalled(twice, "COMPLETED")
    refused = db.invoice(db.ministry(), "REFUND_REQUESTED")
    db.refund(refused)
    db.reference(refused, "CANCELLED")
    uncharged = db.invoice(db.ministry(stopped=True), "REFUND_REQUESTED")
    db.reference(uncharged, "CANCELLED")
    db.journalled(uncharged, "ERRORED", made="2026-10-05 13:00")
    db.refund(uncharged, asked="2026-10-06 09:00")
    held_back = db.invoice(db.ministry(), "REFUND_REQUESTED")
    db.reference(held_back)
    db.journalled(held_back, "COMPLETED")
    db.journalled(held_back, "ERRORED", made="2026-10-07 12:00")
    db.refund(held_back, asked="2026-10-06 09:00")
    refused_back = db.invoice(db.ministry(stopped=True), "REFUND_REQUESTED")
    db.reference(refused_back, "CANCELLED")
    db.journalled(refused_back, "COMPLETED")
    db.journalled(refused_back, "ERRORED", made="2026-10-07 12:00")
    db.refund(refused_back, asked="2026-10-06 09:00")
    fresh = db.invoice(db.ministry(), "REFUND_REQUESTED")
    db.reference(fresh, "COMPLETED")
    db.refund(fresh, asked="2026-11-22 21:00")
    left_out = one("UPLOADED", file="COMPLETED", feedback="FEEDBACK.F3535.4", made="2026-10-09 12:00")
    db.feedback_applied(db.one("SELECT max(id) FROM ejv_files"), "FEEDBACK.F3535.4")
    return {
        db.invoice(db.ministry(billable=False)): "J1",
        db.invoice(db.account("EJV", None)): "J2",
        one("ERRORED", active=False, stopped=True, message="2099 GL rejected"): "J3",
        one(active=False, stopped=True): "J4",
        fresh: "J5",
        db.invoice(db.ministry()): "J6",
        one("UPLOADED", made="2026-11-20 20:01"): "J7",
        stored: "J8",
        held: "J8F",
        one("UPLOADED", made="2026-10-06 12:00"): "J8U",
        one("UPLOADED", made="2026-10-09 12:00"): "J9",
        one("UPLOADED", feedback="FEEDBACK.F3535.1"): "J10",
        left_out: "J10A",
        one("UPLOADED", file="ERRORED", feedback="FEEDBACK.F3535.2", made="2026-10-09 12:00"): "J11",
        one("COMPLETED", file="COMPLETED", feedback="FEEDBACK.F3535.3"): "J12",
        one("ERRORED"): "J13",
        twice: "J14",
        one(): "J15",
        refused: "J16",
        uncharged: "J17",
        held_back: "J18",
        refused_back: "J19",
    }


def _slips(db: StaleBooks) -> dict[int, str]:
    def one(
        number: str, status: str = "ACTIVE", *, profile: str | None = "ACTIVE", state: str = "APPROVED"
    ) -> tuple[int, StaleAccount]:
        account = db.slip(number, status, profile=profile)
        return db.invoice(account, state, slip=number), account

    left, left_account = one("206000010")
    db.in_cfs(left_account, f"REG{left:08}")
    db.receipt_in_cfs(left_account, "206000010", "250.00")
    empty, empty_account = one("206000028")
    db.in_cfs(empty_account, f"REG{empty:08}")
    paid, paid_account = one("206000036")
    db.in_cfs(paid_account, f"REG{paid:08}", paid="100.00", by="206000036")
    return {
        one("206000044", profile="PENDING")[0]: "R1",
        one("206000051", profile="INACTIVE")[0]: "R2",
        left: "R3",
        empty: "R4",
        paid: "R5",
        one("206000069", "CORRECTION")[0]: "R6",
        db.invoice(db.account("INTERNAL"), slip="999"): "R7",
        one("206000077")[0]: "R8",
        one("206000085", "NSF", state="CREATED")[0]: "RN",
        one("206000093", "COMPLETE", state="CREATED")[0]: "RH",
    }


def _eft(db: StaleBooks) -> dict[int, str]:
    account = db.account("EFT")
    unpaid, _ = db.sent(account)
    pending, _ = db.sent(account)
    db.eft_link(pending)
    applied, _ = db.sent(account, status="OVERDUE")
    db.eft_link(applied, "COMPLETED")
    unsent = db.invoice(account)
    late, _ = db.sent(account, overdue="2026-11-15 00:00")
    return {unpaid: "F1", pending: "F2", applied: "F3", unsent: "F4", late: "F5"}


def _bank(db: StaleBooks) -> dict[int, str]:
    account = db.account("ONLINE_BANKING")
    known = db.invoice(account, "CREATED")
    db.in_cfs(account, f"REG{known:08}")
    waits, number = db.sent(account, status="SETTLEMENT_SCHED")
    db.in_cfs(account, number)
    young, number = db.sent(account, status="PARTIAL_PAID", made="2026-11-12 12:00")
    db.in_cfs(account, number, paid="40.00")
    paid, number = db.sent(account, status="SETTLEMENT_SCHED")
    db.in_cfs(account, number, paid="100.00")
    return {
        db.invoice(account, "CREATED", product="CSO"): "O1",
        known: "O2",
        waits: "O3",
        young: "O4",
        db.invoice(account, "CREATED"): "O5",
        paid: "P14",
    }


def _cards(db: StaleBooks) -> dict[int, str]:
    account, pad = db.account("DIRECT_PAY", None), db.account()
    charged = db.invoice(account, "CREATED")
    declined, slow, asked = (db.invoice(account, "REFUND_REQUESTED") for _ in range(3))
    db.receipt(charged, "PBC1")
    db.refund(declined, error="RJCT")
    db.refund(slow)
    db.refund(asked, asked="2026-11-22 18:20")
    paid, owed = (db.invoice(pad, "CREATED", method="CC") for _ in range(2))
    for made, amount in ((paid, "100.00"), (owed, "0.00")):
        db.in_cfs(pad, db.reference(made), paid=amount)
    given_up = db.invoice(account, "CREATED", made="2026-11-10 12:00")
    return {charged: "D1", given_up: "D2", declined: "D3", slow: "D4", asked: "D5", paid: "C1", owed: "C2"}


def _odd(db: StaleBooks) -> dict[int, str]:
    return {db.invoice(db.account("DRAWDOWN", None)): "U"}
