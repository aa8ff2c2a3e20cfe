"""The indexes that the pay tables lack: what is printed can be run, and what is there already is told."""

import re

import pytest
from sqlalchemy import Engine, text

from database.pay.indexes import WANTED, script


def printed(engine: Engine) -> str:
    with engine.connect() as connection:
        return script(connection)


def run(engine: Engine, statements: str) -> None:
    """Run statements as psql would: one by one, each by itself."""
    bare = re.sub(r"^--.*$", "", statements, flags=re.MULTILINE)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in filter(str.strip, bare.split(";")):
            connection.execute(text(statement.replace(":", "\\:")))


def test_every_index_is_printed_with_what_it_serves_and_none_is_made(engine: Engine) -> None:
    before = printed(engine)

    assert [before.count(f"IF NOT EXISTS {one.name} ON public.{one.table}") for one in WANTED] == [1] * len(WANTED)
    assert [before.count(f"-- {one.serves}. Without it") for one in WANTED] == [1] * len(WANTED)
    assert printed(engine) == before


def test_what_is_printed_makes_the_indexes_and_they_are_there_then(engine: Engine) -> None:
    run(engine, printed(engine))

    assert re.findall("There already: (.*)", printed(engine)) == [one.name for one in WANTED]
    assert "CREATE INDEX" not in printed(engine)


@pytest.mark.parametrize(
    ("made", "is_there"),
    [
        ("CREATE INDEX another ON receipts (receipt_date, id)", True),
        ("CREATE INDEX another ON receipts (id, receipt_date)", False),
        ("CREATE INDEX another ON receipts (receipt_date) WHERE receipt_amount > 0", False),
    ],
)
def test_an_index_that_serves_is_known_under_any_name(engine: Engine, made: str, is_there: bool) -> None:
    run(engine, made)

    assert ("There already: another" in printed(engine)) == is_there
