"""In Cloud SQL an access token of Google is the password: the one of the moment, for each new connection."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from access.google import google_token
from config.errors import ConfigError
from config.settings import DatabaseSettings, read
from database.engine import make_engine
from database.errors import explain
from jobs.run.context import system_clock
from jobs.watch.doctor import check_database
from sandbox import postgres
from tests.token_servers import TokenServer, token_server
from tests.wire import by_port

USER = "pay-jobs@test.iam"


class CloudSql:
    """A server that takes one token for a password, and the token server beside it."""

    def __init__(self, address: str, tokens: TokenServer) -> None:
        self._address = address
        self.tokens = tokens

    def take(self, token: str) -> None:
        """Let in whoever has this token, and nobody else."""
        with closing(psycopg2.connect(self._address)) as connection, connection, connection.cursor() as cursor:
            cursor.execute(f"ALTER ROLE \"{USER}\" PASSWORD '{token}'")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("cloudsql")
    server = postgres.start(folder)
    rules = folder / "pg_hba.conf"
    rules.write_text(f'local all "{USER}" password\n{rules.read_text()}')
    address = postgres.url(server, "postgres")
    with closing(psycopg2.connect(address)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(f'CREATE ROLE "{USER}" LOGIN')
        cursor.execute("SELECT pg_reload_conf()")
    yield address
    server.stop()


@pytest.fixture
def cloud_sql(address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[CloudSql]:
    google_token.cache_clear()
    with token_server() as tokens, by_port(address) as port:
        for name, value in {
            "DATABASE_URL": "",
            "DATABASE_HOST": "",
            "DATABASE_PASSWORD": "",
            "DATABASE_USERNAME": USER,
            "DATABASE_NAME": "postgres",
            "DATABASE_PORT": str(port),
            "CLOUDSQL_INSTANCE_CONNECTION_NAME": "a-project:northamerica-northeast1:pay-db",
            "GCE_METADATA_HOST": f"127.0.0.1:{tokens.server_port}",
            "PGSSLMODE": "disable",
            "PGGSSENCMODE": "disable",
        }.items():
            monkeypatch.setenv(name, value)
        server = CloudSql(address, tokens)
        server.take("ya29.token-number-1")
        yield server


def test_a_new_connection_has_the_token_of_the_moment_and_a_refused_one_is_renewed_once(cloud_sql: CloudSql) -> None:
    engine = make_engine(read(DatabaseSettings), application_name="tests")
    with engine.connect() as first, engine.connect() as second:
        cloud_sql.take("ya29.token-number-2")
        with engine.connect() as third:
            users = [one.execute(text("SELECT current_user")).scalar_one() for one in (first, second, third)]
    engine.dispose()

    assert users == [USER] * 3
    assert cloud_sql.tokens.given == ["ya29.token-number-1", "ya29.token-number-2"]


def test_a_new_token_that_is_refused_too_is_told_without_it(cloud_sql: CloudSql) -> None:
    cloud_sql.take("of-somebody-else")
    engine = make_engine(read(DatabaseSettings), application_name="tests")

    with pytest.raises(OperationalError) as caught:
        engine.connect()

    assert "in Cloud SQL, that the user is the IAM user of our Google identity" in str(explain(caught.value))
    assert "ya29" not in str(caught.value)
    assert len(cloud_sql.tokens.given) == 2


def test_the_doctor_asks_for_the_token_before_it_connects(cloud_sql: CloudSql) -> None:
    checks = {check.what: check for check in check_database(system_clock, {})}

    assert checks["database token"].found.startswith("for a-project:northamerica-northeast1:pay-db as the service acc")
    assert checks["database"].found.startswith(f"postgres as {USER}")


def test_the_doctor_says_that_no_token_came(cloud_sql: CloudSql) -> None:
    cloud_sql.tokens.answers = [(503, "starting")]

    (check,) = check_database(system_clock, {})

    assert check.state == "failure"
    assert check.found.startswith("The metadata server of Google gave no token; it answered 503: starting.")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("CLOUDSQL_INSTANCE_CONNECTION_NAME", "pay-db", "must be like project:region:instance, not 'pay-db'"),
        ("DATABASE_PASSWORD", "word", "remove one of the two"),
        ("DATABASE_USERNAME", f"{USER}.gserviceaccount.com", r"leave \.gserviceaccount\.com out"),
    ],
)
def test_what_does_not_go_with_a_token_is_a_wrong_setting(
    cloud_sql: CloudSql, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(ConfigError, match=said):
        read(DatabaseSettings)


def test_a_token_goes_in_the_clear_to_nobody_but_the_proxy(
    cloud_sql: CloudSql, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = read(DatabaseSettings).sqlalchemy_url()
    monkeypatch.setenv("DATABASE_HOST", "10.1.2.3")

    assert "sslmode" not in beside
    assert (
        read(DatabaseSettings).sqlalchemy_url().endswith("@10.1.2.3:" + beside.rsplit(":", 1)[1] + "?sslmode=require")
    )
