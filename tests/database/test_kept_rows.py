"""Rows that are many are read as the server hands them over, and kept aside in the database."""

from sqlalchemy import text

from database.engine import Database
from database.kept_rows import AT_ONCE, KeptRows, stream

CURSORS = "SELECT count(*) FROM pg_cursors WHERE name <> ''"


def test_a_stream_is_a_cursor_of_the_server_and_other_statements_go_on_beside_it(database: Database) -> None:
    with database.begin() as session:
        found = stream(session, text("SELECT generate_series(1, :number) AS nth"), number=3 * AT_ONCE)
        assert next(found).nth == 1
        assert session.scalar(text(CURSORS)) == 1
        assert sum(row.nth for row in found) == 3 * AT_ONCE * (3 * AT_ONCE + 1) // 2 - 1
        assert session.scalar(text(CURSORS)) == 0


def test_what_several_queries_find_is_kept_in_one_order_until_it_is_forgotten(database: Database) -> None:
    with database.begin() as session:
        kept = KeptRows(session, "kept_test", "nth", lambda row: row)
        assert (len(kept), list(kept), kept.first(3)) == (0, [], [])
        kept.forget()
        assert kept.add("SELECT generate_series(4, 6) AS nth") == 3
        assert kept.add("-- none\nSELECT 1 AS nth WHERE false ORDER BY nth") == 0
        assert kept.add("SELECT generate_series(1, 3) AS nth") == 3
        assert (len(kept), [row.nth for row in kept], [row.nth for row in kept.first(2)]) == (6, [*range(1, 7)], [1, 2])
        kept.forget()
        assert session.scalar(text("SELECT to_regclass('kept_test')")) is None
