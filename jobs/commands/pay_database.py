"""The pay database as the commands of the runner open it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from config.settings import DatabaseSettings, read
from database.engine import make_engine
from database.errors import explain
from jobs.parameters import use_sandbox


@contextmanager
def pay_engine(command: str, *, sandbox: bool) -> Iterator[Engine]:
    """Return the pay database for a command, that of the sandbox on request; errors come in our own words."""
    if sandbox:
        use_sandbox()
    engine = make_engine(read(DatabaseSettings), application_name=f"pay-jobs {command}", pooled=False)
    try:
        yield engine
    except DBAPIError as error:
        raise explain(error) from error


@contextmanager
def pay_connection(command: str, *, sandbox: bool) -> Iterator[Connection]:
    """Connect to the pay database; what is not committed is rolled back."""
    with pay_engine(command, sandbox=sandbox) as engine, engine.connect() as connection:
        yield connection
