"""A command finds a running sandbox, and sees whether a migration came since it was started."""

from sqlalchemy import text

from sandbox.state import is_up_to_date
from tests.pay_database import PayDatabase


def test_a_sandbox_from_before_the_newest_migration_is_brought_up_to_date(database: PayDatabase) -> None:
    assert is_up_to_date(database.address)

    with database.begin() as session:
        session.execute(text("UPDATE pay_jobs.schema_version SET version_num = '0001'"))
    assert not is_up_to_date(database.address)
