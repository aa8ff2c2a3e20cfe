"""`doctor`: check the surroundings, one line each, with what to do."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from types import MappingProxyType

import click
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from config.business_time import BUSINESS_ZONE, BUSINESS_ZONE_NAME, day_start, tzdata_version
from config.command_line import typed
from config.errors import ConfigError, ExitCode, PayJobsError
from config.log_setup import configure_log
from config.settings import DatabaseSettings, read
from database import migrate
from database.engine import make_engine
from database.errors import explain
from database.own_schema import HOW_IT_COMES_BACK
from jobs.parameters import json_option, sandbox_option, use_sandbox
from jobs.run.context import system_clock
from jobs.run.outcome import Table
from jobs.run.result import print_json
from jobs.terminal import show_table, whatever_is_shown
from jobs.watch.doctor_check import Check, DatabaseProbe, MovingProbe, SystemProbe

MAX_CLOCK_SKEW_SECONDS = 5.0


def doctor_command(
    *,
    needs: Iterable[str] = (),
    database_probes: Mapping[str, DatabaseProbe] = MappingProxyType({}),
    system_probes: Mapping[str, SystemProbe] = MappingProxyType({}),
    moving_probes: Callable[[], Iterable[MovingProbe]] = tuple,
    clock: Callable[[], datetime] = system_clock,
) -> click.Command:
    """Return the command that checks the surroundings.

    needs            the settings classes of the systems the jobs work with
    database_probes  what the jobs ask of the database, by the name that is shown
    system_probes    what they ask of a system, by the name of its settings class
    moving_probes    what is looked for with --moving-over
    """

    @click.command(
        "doctor",
        help="Check settings, database, time zone data and every connected system. It changes nothing but probe files"
        " of its own, which it removes; exit 0, or 3 if a line is a failure. A warning can wait.",
    )
    @json_option
    @click.option(
        "--moving-over",
        is_flag=True,
        help="Look instead for what the system of before left undone, or still does: docs/moving-over.md.",
    )
    @sandbox_option
    def doctor(as_json: bool, moving_over: bool, sandbox: bool) -> int:
        if sandbox:
            use_sandbox()
        configure_log(level="WARNING")
        if moving_over:
            checks = list(check_moving_over(clock, moving_probes()))
        else:
            from jobs.watch.doctor_systems import check_systems

            checks = [
                *check_time_zone(clock()),
                *check_database(clock, database_probes),
                *check_systems(needs, system_probes),
            ]
        code = ExitCode.ATTENTION if any(check.state == "failure" for check in checks) else ExitCode.DONE
        with whatever_is_shown():
            if as_json:
                print_json("doctor", {"checks": [asdict(check) for check in checks]}, code=code)
            else:
                rows = [(check.state.upper(), check.what, check.found, check.do) for check in checks]
                show_table(Table("Doctor", ("state", "what", "found", "what to do"), rows), most=None)
        return code

    return doctor


def check_time_zone(now: datetime) -> Iterator[Check]:
    """Return which time zone rules are in force, and prove that they know November 2026."""
    local = now.astimezone(BUSINESS_ZONE)
    knows = day_start(date(2026, 11, 2)) == datetime(2026, 11, 2, 7)  # noqa: DTZ001 - the pay tables hold naive UTC
    yield Check(
        "time zone data",
        "ok" if knows else "failure",
        f"tzdata {tzdata_version()}: {BUSINESS_ZONE_NAME} is at UTC{local:%z}, today is {local:%Y-%m-%d}",
        "" if knows else "Install the tzdata package of the lock file: this one is older than 2026b.",
    )


def check_database(clock: Callable[[], datetime], probes: Mapping[str, DatabaseProbe]) -> Iterator[Check]:
    """Check that the database is there, connected directly, up to date, agrees on the time, and has what jobs need."""
    try:
        settings = read(DatabaseSettings)
    except ConfigError as error:
        yield Check("settings", "failure", str(error), "Set the variables it names.")
        return
    engine = make_engine(settings, application_name="pay-jobs doctor", pooled=False)
    try:
        if settings.by_token:
            yield _token(settings)
        with engine.connect() as connection:
            yield from _connected_checks(connection, clock)
            for name, probe in probes.items():
                yield _asked(name, probe, connection)
        yield _own_schema(engine)
    except PayJobsError as error:
        yield Check("database", "failure", str(error), error.advice)
    except DBAPIError as error:
        explained = explain(error)
        yield Check("database", "failure", str(explained), explained.advice)


def check_moving_over(clock: Callable[[], datetime], probes: Iterable[MovingProbe]) -> Iterator[Check]:
    """Look for what the system of before left or still does; where one look fails the others go on."""
    engine = make_engine(read(DatabaseSettings), application_name="pay-jobs doctor", pooled=False)
    try:
        engine.connect().close()
    except DBAPIError as error:
        raise explain(error) from error
    for probe in probes:
        try:
            with engine.connect() as connection:
                connection.execute(text("SET TRANSACTION READ ONLY"))
                yield from probe(connection, clock())
        except PayJobsError as error:
            yield Check("cannot look", "failure", str(error), error.advice)
        except DBAPIError as error:
            explained = explain(error)
            yield Check("cannot look", "failure", str(explained), explained.advice)


def _token(settings: DatabaseSettings) -> Check:
    from access.google import SQL_LOGIN, google_token, name_of

    google_token(settings, SQL_LOGIN).current()
    return Check("database token", "ok", f"for {settings.instance} as {name_of(settings)}")


def _own_schema(engine: Engine) -> Check:
    revision, newest = migrate.current(engine), migrate.head()
    at = f"at {revision or 'nothing'}, newest {newest}"
    if revision != newest:
        return Check("schema pay_jobs", "failure", at, typed("db upgrade"))
    missing = migrate.missing(engine)
    if missing:
        return Check("schema pay_jobs", "failure", f"{at}, but it lacks {', '.join(missing)}", HOW_IT_COMES_BACK)
    return Check("schema pay_jobs", "ok", at)


def _connected_checks(connection: Connection, clock: Callable[[], datetime]) -> Iterator[Check]:
    server = connection.execute(text("SELECT current_database(), current_user, split_part(version(), ' ', 2)")).one()
    yield Check("database", "ok", "{} as {} on PostgreSQL {}".format(*server))
    yield Check("direct connection", "ok", "no pooler in between")
    yield from _zone_of_server(connection)
    skew = abs((connection.execute(text("SELECT clock_timestamp()")).scalar_one() - clock()).total_seconds())
    yield Check(
        "clock",
        "ok" if skew <= MAX_CLOCK_SKEW_SECONDS else "warning",
        f"the database server's clock is {skew:.1f} s away from ours",
        "" if skew <= MAX_CLOCK_SKEW_SECONDS else "Check NTP on both; business days are taken from our clock.",
    )


def _asked(name: str, probe: DatabaseProbe, connection: Connection) -> Check:
    found, do = probe(connection)
    return Check(name, "failure" if do else "ok", found, do)


def _zone_of_server(connection: Connection) -> Iterator[Check]:
    """The jobs never ask the server for the zone, but people with psql do: say when it would mislead them."""
    ours = day_start(date(2026, 12, 1))
    theirs: datetime = connection.execute(
        text("SELECT (timestamp '2026-12-01' AT TIME ZONE :zone) AT TIME ZONE 'UTC'"),
        {"zone": BUSINESS_ZONE_NAME},
    ).scalar_one()
    agrees = theirs == ours
    hours = (theirs.replace(tzinfo=UTC) - ours.replace(tzinfo=UTC)).total_seconds() / 3600
    yield Check(
        "time zone data of the database server",
        "ok" if agrees else "warning",
        f"the server begins 2026-12-01 at {theirs:%H:%M} UTC, we at {ours:%H:%M} UTC",
        ""
        if agrees
        else f"The server's zone data is older than 2026b ({hours:+.0f} h). The jobs compute days themselves and are"
        " right; queries typed with AT TIME ZONE are not.",
    )
