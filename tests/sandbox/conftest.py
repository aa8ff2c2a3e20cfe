"""Fresh databases for this test folder, and one with demo data."""

import uuid
from collections.abc import Callable, Iterator

import psycopg2
import pytest
from psycopg2 import extensions

from sandbox.demo_data import DemoSize, load_demo_data
from sandbox.paydb import create_pay_tables, load_code_values
from tests.pay_database import DatabaseServer

NewDatabase = Callable[[], extensions.connection]
Load = Callable[[DemoSize], tuple[extensions.connection, dict[str, int]]]


@pytest.fixture(scope="session")
def new_database(server: DatabaseServer) -> Iterator[NewDatabase]:
    """Return a connection to a new, empty database each time it is called."""
    made: dict[str, extensions.connection] = {}

    def create() -> extensions.connection:
        name = f"sandbox_{uuid.uuid4().hex[:8]}"
        made[name] = psycopg2.connect(server.create(name))
        return made[name]

    yield create
    for name, connection in made.items():
        connection.close()
        server.drop(name)


@pytest.fixture
def empty_database(new_database: NewDatabase) -> extensions.connection:
    """A connection to a new, empty database."""
    return new_database()


@pytest.fixture(scope="session")
def pay_database(new_database: NewDatabase) -> extensions.connection:
    """A connection to the pay tables with their code values; tests only read it."""
    connection = new_database()
    create_pay_tables(connection)
    load_code_values(connection)
    connection.commit()
    return connection


@pytest.fixture(scope="session")
def small() -> DemoSize:
    """A size that loads in a moment and still has some of everything."""
    return DemoSize(
        weekly_accounts=300,
        daily_accounts=25,
        monthly_accounts=20,
        invoices=3000,
        routing_slips=60,
        earlier_weeks=2,
        gaps=3,
    )


@pytest.fixture(scope="session")
def load(new_database: NewDatabase) -> Load:
    """Loads demo data of a size into a new database; return the connection and the rows reported."""

    def load(size: DemoSize) -> tuple[extensions.connection, dict[str, int]]:
        connection = new_database()
        create_pay_tables(connection)
        load_code_values(connection)
        rows = load_demo_data(connection, size)
        connection.commit()
        return connection, rows

    return load


@pytest.fixture(scope="session")
def demo(load: Load, small: DemoSize) -> extensions.connection:
    """A connection to the small demo data; tests only read it."""
    return load(small)[0]
