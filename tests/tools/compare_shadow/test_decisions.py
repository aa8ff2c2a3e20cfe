"""Each decision that excuses a difference has a scenario that shows it, and excuses nothing it does not speak of."""

import re
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.tools.compare_shadow.scenarios import REFERENCE
from tests.tools.compare_shadow.worlds_apart import ShadowWorlds
from tools.compare_shadow.decisions import DECISIONS, PAGE_OF, PAGES, decision_for
from tools.compare_shadow.decisions.reading import mirrored, value
from tools.compare_shadow.evidence import Evidence
from tools.compare_shadow.merging import ShadowDifference

# With the sides changed the same reason may hold.
_EITHER_WAY = {
    "D-PAD-08", "D-PAD-13", "D-PAD-14", "D-PAD-17", "D-EJV-11", "D-EJV-16", "D-SLIP-02", "D-SLIP-04", "D-SLIP-05",
    "D-SLIP-13", "D-STA-03", "D-STA-06", "D-STA-07", "D-STA-08",
}  # fmt: skip
_PAGES = sorted((ROOT / "docs/decisions").glob("*.md"))
_DIFFER, _SAME = "## Rows that differ", "## Rows that are the same"


def test_every_decision_explains_its_scenario_and_nothing_is_left(worlds_apart: ShadowWorlds) -> None:
    explained: defaultdict[str | None, set[str]] = defaultdict(set)
    for one, decision in worlds_apart.differences:
        explained[decision].add(f"{one.table}.{one.column}".strip("."))

    assert explained.pop(None, set()) == set()
    assert explained == {id_: set(left.places) for id_, left in REFERENCE.items()}
    assert explained.keys() == DECISIONS.keys()


def test_a_value_the_other_way_round_is_not_excused(worlds_apart: ShadowWorlds) -> None:
    """Of rows that were paid and of those that bounced: a reference moves either way, and a receipt comes or goes."""
    values = [one for one, _ in worlds_apart.differences if one.column and one.table != "invoice_references"]

    excused = {decision_for(mirrored(one), worlds_apart.evidence) for one in values}

    assert excused - _EITHER_WAY == {None}


@pytest.mark.parametrize(("invoice", "ours"), [("9217", "COMPLETED"), ("9218", "ACTIVE")])
def test_the_reference_of_a_refused_refund_is_excused_only_as_its_charge_asks(
    invoice: str, ours: str, worlds_apart: ShadowWorlds
) -> None:
    """9217 was never charged, 9218 was."""
    (found,) = [
        one
        for one, _ in worlds_apart.differences
        if one.table == "invoice_references" and one.key.split(" ")[0] == invoice
    ]
    assert decision_for(found, worlds_apart.evidence) is not None

    assert decision_for(replace(found, ours=ours), worlds_apart.evidence) is None


@pytest.mark.parametrize("column", ["paid_amount", "payment_status_code"])
def test_what_a_second_bounce_does_to_payments_is_excused_only_of_a_number_that_had_two(
    column: str, worlds_apart: ShadowWorlds
) -> None:
    """Of REG01239208 two receipts bounced, of REG01239108 one."""
    (found,) = [
        one
        for one, _ in worlds_apart.differences
        if one.table == "payments" and one.column == column and "REG01239208" in value(one, "invoice_number")
    ]
    of_one = {"invoice_number": "REG01239108", "receipt_number": "OBRC0108"}
    rows = [{**row, **of_one} for row in (found.their_row, found.our_row) if row is not None]
    assert decision_for(found, worlds_apart.evidence) is not None

    assert decision_for(replace(found, their_row=rows[0], our_row=rows[1]), worlds_apart.evidence) is None


@pytest.mark.parametrize(
    ("decision", "place", "other"),
    [
        ("D-EJV-05", "refunds_partial.status", {"id": "9502"}),
        ("D-EJV-08", "ejv_links.disbursement_status_code", {"ejv_header_id": "50004", "link_id": "9004"}),
        ("D-EJV-08", "invoice_references.status_code", {"invoice": "9004"}),
        ("D-EJV-09", "invoices.invoice_status_code", {"invoice": "9212"}),
        ("D-PAD-01", "invoices.invoice_status_code", {"invoice": "9004"}),
        ("D-PAD-03", "invoices.paid", {"invoice": "1239001"}),
    ],
)
def test_what_may_move_money_again_is_excused_only_where_an_answer_or_a_file_says_so(
    decision: str, place: str, other: dict[str, str], worlds_apart: ShadowWorlds
) -> None:
    """The same in another thing: a partner's part, what was accepted or refused, what no file names, what was paid."""
    (found,) = [one for one, id_ in worlds_apart.differences if (id_, f"{one.table}.{one.column}") == (decision, place)]
    theirs, ours = ({**row, **other} for row in (found.their_row, found.our_row) if row is not None)
    elsewhere = replace(found, key=other.get("invoice", found.key), their_row=theirs, our_row=ours)

    assert decision_for(elsewhere, worlds_apart.evidence) is None


def test_a_decision_on_evidence_excuses_nothing_in_what_the_evidence_does_not_name(worlds_apart: ShadowWorlds) -> None:
    excused = {decision_for(one, Evidence()) for one, _ in worlds_apart.differences} - {None}

    assert {id_ for id_ in excused if id_ and DECISIONS[id_].on_evidence} == set()


@pytest.mark.parametrize(
    ("table", "column", "theirs", "ours"),
    [
        ("ejv_files", "completed_on", "set", None),
        ("ejv_files", "disbursement_status_code", "COMPLETED", "ACKNOWLEDGED"),
        ("ejv_links", "message", "REFUSED", "2099 ACCEPTED"),
        ("refunds_partial", "status", "REFUND_PROCESSED", "REFUND_REQUESTED"),
        ("invoice_references", "status_code", "ACTIVE", "CANCELLED"),
        ("invoices", "paid", "25", "0"),
        ("invoices", "payment_date", "2026-11-02 00:00:00", None),
        ("statements", "payment_methods", "CC,PAD", "PAD,CC"),
        ("statements", "notification_status_code", "PENDING", "SKIP"),
        ("non_sufficient_funds", "description", "a reason", None),
    ],
)
def test_the_same_column_with_other_values_is_not_excused(
    table: str, column: str, theirs: str | None, ours: str | None
) -> None:
    row: dict[str, str | None] = {
        "file_type": "PAYMENT", "payment_method_code": "PAD", "invoice_status_code": "PAID", "invoice_number": "REG1",
        "disbursement_status_code": None, "is_empty": "false",
    }  # fmt: skip

    assert decision_for(ShadowDifference(table, "1", column, theirs, ours, row, row), Evidence()) is None


def test_the_lines_that_speak_of_rows_are_those_with_a_predicate() -> None:
    written: dict[str, set[str]] = {}
    for page in _PAGES:
        _, _, differ = page.read_text(encoding="utf-8").partition(_DIFFER)
        lines = [line for line in differ.partition(_SAME)[0].splitlines() if line.startswith("| ")][2:]
        ids = [re.match(r"\| (D-[A-Z]+-[0-9]+): ", line) for line in lines]
        assert [line for line, id_ in zip(lines, ids, strict=True) if id_ is None] == []
        if lines:
            written[page.name] = {id_[1] for id_ in ids if id_}

    assert written == {page: {one.id for one in decisions} for page, decisions in PAGES.items()}
    assert PAGE_OF.keys() == REFERENCE.keys()


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.name)
def test_no_other_line_has_an_id(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    same = text.partition(_SAME)[2] if page.name in PAGES else text

    assert re.findall(r"^\| D-[A-Z]+-[0-9]+", same, re.MULTILINE) == []
    assert (_DIFFER in text) == (_SAME in text) == (page.name in PAGES)
