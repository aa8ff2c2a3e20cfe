"""docs/growth.md names every table and every index of the schema pay_jobs."""

import re

from sqlalchemy import Engine, text

from tests.docs.documents import read


def test_every_table_and_index_of_our_schema_is_on_the_page_and_no_other(engine: Engine) -> None:
    with engine.connect() as connection:
        tables = set(
            connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'pay_jobs'")).scalars()
        )
        indexes = set(
            connection.execute(text("SELECT indexname FROM pg_indexes WHERE schemaname = 'pay_jobs'")).scalars()
        )

    named = set(re.findall(r"`([a-z_0-9]+)`", read("docs/growth.md")))

    assert named == tables | indexes
