"""Any bytes in any field: no settlement file blocks another, and every line has an outcome."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.settlement_factory import FILE, Line, SettlementBooks, example, fill_example, settlement_csv
from tests.tasks.pad_reconcile.conftest import SettlementOffice

NEXT_FILE = "BCR_PAYMENT_APPL_20261106.csv"
ROW = Line("PADP", "PR8", "5.00", "800111", "REG00000100")
NEXT = Line("PADP", "PR9", "7.00", "800111", "REG00000200")
ODD = [b"\t", b"\r", b"\0", b"\n", b"\\", b"\\N", b"\\00", b"\\.", b"\x1a", b"\x1b[2J", b"\x85", b"\xff", b"\xc3",
       b"\xed\xa0\x80", b"\xe2\x80\xa8", b"'", b'"', b",", b"%s", b":x", b"NaN", b"1e9", b"-"]  # fmt: skip
BYTES = st.sampled_from(ODD) | st.binary(min_size=1, max_size=4)


def given_two_invoices(books: SettlementBooks) -> None:
    fill_example(books)
    account = books.account("800111")
    books.invoice(account, ROW.number, "5.00", id=100)
    books.invoice(account, NEXT.number, "7.00", id=200)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 10_000), BYTES, st.booleans()), min_size=1, max_size=3))
def test_any_bytes_in_a_row_stop_no_other_file_and_lose_no_line(
    books: SettlementBooks, damage: list[tuple[int, bytes, bool]]
) -> None:
    books.empty()
    given_two_invoices(books)
    head, row = settlement_csv([ROW]).splitlines(keepends=True)
    for place, odd, is_inserted in damage:
        at = place % len(row)
        row = row[:at] + odd + row[at if is_inserted else at + len(odd) :]
    content = head + row.rstrip(b"\r\n") + b"\r\n" + b"".join(settlement_csv(example(1)).splitlines(keepends=True)[1:])
    books.apply(content=content, name=FILE)
    books.apply(NEXT, name=NEXT_FILE)
    lines = sum(bool(line.strip()) for line in content.split(b"\n")[1:])
    assert len(books.outcomes(FILE)) == lines
    assert books.outcomes(FILE)[-1] == "applied"
    assert books.invoices()[200] == ("PAID", "7.00")


def test_a_file_the_database_refuses_is_held_and_the_next_one_applied(office: SettlementOffice) -> None:
    books = office.books
    given_two_invoices(books)
    books.change(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN IF new.receipt_number = 'PR8' THEN RAISE EXCEPTION 'not this one'; END IF; RETURN new; END $$"
    )
    books.change("CREATE TRIGGER refuse BEFORE INSERT ON receipts FOR EACH ROW EXECUTE FUNCTION refuse()")
    office.place.put(FILE, settlement_csv([ROW]))
    office.place.put(NEXT_FILE, settlement_csv([NEXT]))
    try:
        outcome = office.run()
    finally:
        books.change("DROP FUNCTION refuse CASCADE")
    assert [(reject.where, reject.reason) for reject in outcome.rejects] == [(FILE, "held")]
    assert f'files replay {FILE} --reason "..."' in outcome.rejects[0].command
    assert (outcome.exit_code, books.invoices()[100][0], books.invoices()[200][0]) == (3, "APPROVED", "PAID")
    office.run(replay=FILE, reason="the trigger is gone")
    office.run(replay=FILE, reason="no NSF rows in it", despite="late")
    assert books.invoices()[100] == ("PAID", "5.00")


@pytest.mark.parametrize("cause", ["53100", "57014", "40P01"])
def test_a_database_in_trouble_leaves_the_file_to_the_next_run(cause: str, books: SettlementBooks) -> None:
    """Disk full, a cancelled statement, a deadlock: the content is not at fault."""
    given_two_invoices(books)
    books.change(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION 'trouble' USING ERRCODE = '{cause}'; END $$"
    )
    books.change("CREATE TRIGGER refuse BEFORE INSERT ON receipts FOR EACH ROW EXECUTE FUNCTION refuse()")
    try:
        with pytest.raises(Exception, match="trouble"):
            books.apply(ROW)
    finally:
        books.change("DROP FUNCTION refuse CASCADE")
    assert books.rows("SELECT state FROM pay_jobs.inbound_files") == [("received",)]


@pytest.mark.parametrize(("odd", "shown"), [("\x1a", "'\\x1a'"), ("\x1b[2J", "'\\x1b[2J'"), ("\u202e", "'\\u202e'")])
def test_what_cannot_be_seen_is_shown_in_the_reason_of_a_reject(odd: str, shown: str, books: SettlementBooks) -> None:
    given_two_invoices(books)
    content = settlement_csv([NEXT]) + f"{odd}\r\n".encode()
    books.apply(content=content)
    assert books.rows("SELECT detail FROM pay_jobs.settlement_rows WHERE outcome = 'rejected'") == [
        (f"record type {shown} is not known",)
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("BCR_PAYMENT_APPL_20260229.csv", "20260229 in its name is not a date"),
        ("BCR_PAYMENT_APPL_20261131.csv", "20261131 in its name is not a date"),
    ],
)
def test_a_name_with_an_impossible_date_is_held_and_says_why(name: str, said: str, office: SettlementOffice) -> None:
    office.place.put(name, settlement_csv([NEXT]))
    [reject] = office.run().rejects
    assert reject.reason == "held for the date in its name"
    assert reject.detail.startswith(f"{said} (expected like BCR_PAYMENT_APPL_20261105.csv)")
