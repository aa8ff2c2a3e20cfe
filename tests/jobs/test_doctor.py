"""The doctor says what is wrong with the surroundings, and changes nothing."""

import json
import shlex
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import click
import pytest
from psycopg2.extensions import parse_dsn
from sqlalchemy import Engine, text

from database.pay.grants import grants
from database.pay.probes import PROBES
from jobs.commands.cli import main
from jobs.run.context import system_clock
from jobs.watch.doctor import check_database, check_time_zone, doctor_command
from jobs.watch.doctor_check import Check
from tasks.generate_statements import JOB as GENERATE_STATEMENTS
from tests.dumps import dump
from tests.jobs.conftest import RunJob
from tests.json_output import read_json, rows_of
from tests.wire import pooler, server_of_version


@pytest.fixture
def cli() -> click.Group:
    return click.Group(commands={"doctor": doctor_command(database_probes=PROBES)})


def grant(engine: Engine, role: str) -> None:
    """Run what `db grants` prints, as an administrator would."""
    with closing(engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
        cursor.execute(grants(role))
        connection.commit()


def checks() -> dict[str, Check]:
    return {check.what: check for check in check_database(system_clock, PROBES)}


def test_in_good_surroundings_everything_but_the_servers_zone_data_must_be_ok(settings: pytest.MonkeyPatch) -> None:
    found = checks()

    assert {what: check.state for what, check in found.items() if what != "time zone data of the database server"} == {
        "database": "ok", "direct connection": "ok", "clock": "ok", "pay tables": "ok", "rights": "ok",
        "schema pay_jobs": "ok",
    }  # fmt: skip


def test_the_zone_data_of_the_server_is_compared_with_ours(settings: pytest.MonkeyPatch, engine: Engine) -> None:
    with engine.connect() as connection:
        theirs = connection.execute(
            text("SELECT (timestamp '2026-12-01' AT TIME ZONE 'America/Vancouver') AT TIME ZONE 'UTC'")
        ).scalar_one()

    check = checks()["time zone data of the database server"]

    assert check.found == f"the server begins 2026-12-01 at {theirs:%H:%M} UTC, we at 07:00 UTC"
    assert (check.state, bool(check.do)) == (("ok", False) if theirs.hour == 7 else ("warning", True))


def test_our_own_zone_data_is_shown_with_its_version_and_offset() -> None:
    [check] = check_time_zone(datetime(2026, 12, 24, 20, tzinfo=UTC))

    assert check.state == "ok"
    assert check.found.startswith("tzdata 20")
    assert check.found.endswith("America/Vancouver is at UTC-0700, today is 2026-12-24")


def test_a_clock_that_is_off_is_a_warning(settings: pytest.MonkeyPatch) -> None:
    found = {one.what: one for one in check_database(lambda: system_clock() + timedelta(minutes=2), PROBES)}

    assert found["clock"].state == "warning"
    assert "Check NTP on both" in found["clock"].do


def test_a_pooler_is_a_failure(settings: pytest.MonkeyPatch, database_url: str) -> None:
    with pooler(database_url) as address:
        settings.setenv("DATABASE_URL", address)

        check = checks()["database"]

    assert (check.state, check.found[:26]) == ("failure", "A connection pooler (such ")


def test_a_server_that_is_too_old_is_a_failure(settings: pytest.MonkeyPatch, database_url: str) -> None:
    with server_of_version(database_url, "13.18") as address:
        settings.setenv("DATABASE_URL", address)

        check = checks()["database"]

    assert (check.state, check.found[:36]) == ("failure", "The database server is PostgreSQL 13")


def test_a_table_of_pay_jobs_that_is_gone_is_a_failure_that_names_it(
    settings: pytest.MonkeyPatch, engine: Engine
) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE pay_jobs.notices"))

    check = checks()["schema pay_jobs"]

    assert check.state == "failure"
    assert "but it lacks table pay_jobs.notices" in check.found
    assert "Restore it from a backup" in check.do


def test_a_schema_that_was_never_upgraded_is_a_failure_with_the_command(
    settings: pytest.MonkeyPatch, engine: Engine
) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA pay_jobs CASCADE"))

    check = checks()["schema pay_jobs"]

    assert (check.state, check.do) == ("failure", "python3 invoke_jobs.py db upgrade")
    assert check.found.startswith("at nothing, newest ")


def test_pay_tables_of_another_shape_are_a_failure(settings: pytest.MonkeyPatch, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE statements DROP COLUMN is_empty"))

    check = checks()["pay tables"]

    assert (check.state, check.found) == ("failure", "statements.is_empty is missing, expected boolean")


@pytest.fixture
def clerk(settings: pytest.MonkeyPatch, engine: Engine, database_url: str) -> Iterator[str]:
    """The name of the role that DATABASE_URL names: it may log in, and nothing more."""
    name = f'clerk "{uuid.uuid4().hex[:8]}"'
    quoted = name.replace('"', '""')
    with engine.begin() as connection:
        connection.execute(text(f'CREATE ROLE "{quoted}" LOGIN'))
        connection.execute(text("REVOKE ALL ON SCHEMA public FROM PUBLIC"))
        database = connection.scalar(text("SELECT current_database()"))
        connection.execute(text(f'REVOKE TEMPORARY ON DATABASE "{database}" FROM PUBLIC'))
    user = parse_dsn(database_url)["user"]
    settings.setenv("DATABASE_URL", database_url.replace(f"{user}@", f"{quote(name)}@", 1))
    yield name
    with engine.begin() as connection:
        connection.execute(text(f'DROP OWNED BY "{quoted}"'))
        connection.execute(text(f'DROP ROLE "{quoted}"'))


def test_a_role_with_the_grants_that_are_printed_can_do_all_that_the_jobs_do(clerk: str, engine: Engine) -> None:
    before = checks()["rights"]
    grant(engine, clerk)

    after = checks()

    assert before.state == "failure"
    for words in ("TEMPORARY on database", "USAGE on schema pay_jobs", "SELECT on pay_jobs.job_runs"):
        assert words in before.found
    assert f"db grants --role {shlex.quote(clerk)}" in before.do
    assert {after[what].state for what in ("pay tables", "rights", "schema pay_jobs")} == {"ok"}


def test_a_job_runs_as_a_role_with_no_more_than_the_grants(clerk: str, engine: Engine, run_job: RunJob) -> None:
    grant(engine, clerk)

    result = run_job(GENERATE_STATEMENTS)

    assert (result.exit_code, result.error) == (0, None)


def test_a_right_that_a_job_needs_and_lacks_is_a_failure_that_names_it(clerk: str, engine: Engine) -> None:
    grant(engine, clerk)
    quoted = clerk.replace('"', '""')
    with engine.begin() as connection:
        connection.execute(text(f'REVOKE UPDATE ON invoices FROM "{quoted}"'))
        connection.execute(text(f'REVOKE ALL ON SEQUENCE payments_id_seq FROM "{quoted}"'))

    check = checks()["rights"]

    assert (check.state, check.found) == ("failure", "not granted: UPDATE on invoices, USAGE on public.payments_id_seq")


def test_a_missing_setting_is_a_failure_that_names_it(settings: pytest.MonkeyPatch) -> None:
    for name in ("URL", "USERNAME", "HOST", "NAME"):
        settings.delenv(f"DATABASE_{name}", raising=False)

    check = checks()["settings"]

    assert check.state == "failure"
    assert "DATABASE_URL" in check.found


def test_a_database_that_is_away_is_a_failure(settings: pytest.MonkeyPatch) -> None:
    settings.setenv("DATABASE_URL", "postgresql://pay@/pay?host=/nowhere")

    check = checks()["database"]

    assert check.state == "failure"
    assert "cannot be reached" in check.found


def test_the_doctor_changes_nothing(
    cli: click.Group, settings: pytest.MonkeyPatch, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = dump(database_url)

    main(cli, ["doctor"])

    assert dump(database_url) == before


def test_the_exit_code_says_whether_a_person_must_look(
    cli: click.Group, settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    healthy = main(cli, ["doctor", "--json"])
    report = read_json(capsys.readouterr().out)
    settings.setenv("DATABASE_URL", "postgresql://pay@/pay?host=/nowhere")
    ill = main(cli, ["doctor", "--json"])

    assert healthy == report["exit_code"] == 0
    assert {one["what"]: one["state"] for one in rows_of(report, "checks")}["alarms"] == "warning"
    assert ill == 3
    assert json.loads(capsys.readouterr().out)["exit_code"] == 3
