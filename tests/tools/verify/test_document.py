"""docs/verify.md says what the catalogue and the cell flips say."""

import re

from tests.database.test_pay_tables import ROOT
from tests.tools.verify.flips import BY_HAND, FREE
from tools.verify.catalogue import CATALOGUE

DOCUMENT = (ROOT / "docs" / "verify.md").read_text(encoding="utf-8")


def test_the_table_of_invariants_is_the_catalogue() -> None:
    rows = [f"| {one.code} | {one.sentence} | {one.turn} | `{one.next}` |" for one in CATALOGUE]
    table = "\n".join(["| code | what must be true | whose turn | next |", "| --- | --- | --- | --- |", *rows, ""])

    assert table in DOCUMENT, f"docs/verify.md must have:\n{table}"


def test_the_free_columns_are_those_that_the_flips_leave_out() -> None:
    part = DOCUMENT.partition("## What nothing holds")[2]

    listed = {tuple(name.split(".")) for name in re.findall(r"^\| `([\w.]+)`", part, re.MULTILINE)}

    assert listed == FREE
    assert {
        tuple(name.split(".")) for name in re.findall(r"`((?:refunds|refunds_partial)\.[\w]+)`", part)
    } - FREE == BY_HAND


def test_codes_and_statements_stand_once() -> None:
    for names in ([one.code for one in CATALOGUE], [one.name for one in CATALOGUE]):
        assert len(names) == len(set(names))
