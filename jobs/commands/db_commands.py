"""`db`: the migrations of our own schema."""

from collections.abc import Callable
from functools import partial

import click
from sqlalchemy import Connection

from config.errors import ConfigError, UsageError
from database import migrate
from database.own_schema import HOW_IT_COMES_BACK, SCHEMA, made_by, statements_of
from jobs.commands.pay_database import pay_connection, pay_engine
from jobs.commands.whole_help import WholeHelpGroup
from jobs.parameters import json_option, sandbox_option
from jobs.run.result import print_json


@click.group("db", cls=WholeHelpGroup)
def db() -> None:
    """The schema pay_jobs: the jobs' own bookkeeping. Pay tables are never touched."""


@db.command()
@json_option
@sandbox_option
def upgrade(as_json: bool, sandbox: bool) -> None:
    """Bring the schema pay_jobs up to date.

    Example:

      python3 invoke_jobs.py db upgrade
    """
    with pay_engine("db upgrade", sandbox=sandbox) as engine:
        before, after = migrate.upgrade(engine, say=partial(click.echo, err=as_json))
    said = (
        f"The schema pay_jobs is up to date at {after}."
        if before == after
        else f"The schema pay_jobs went from {before or 'nothing'} to {after}."
    )
    _say("db upgrade", said, {"before": before, "after": after}, as_json=as_json)


@db.command()
@json_option
@sandbox_option
def current(as_json: bool, sandbox: bool) -> None:
    """Show the revision the database is at."""
    with pay_engine("db current", sandbox=sandbox) as engine:
        revision = migrate.current(engine)
        missing = migrate.missing(engine) if revision == migrate.head() else []
    newest = migrate.head()
    hint = "" if revision == newest else f"; the newest is {newest}: run `db upgrade`"
    if not missing or not as_json:  # one object on stdout: that of the refusal below
        said = f"{revision or 'never upgraded'}{hint}"
        _say("db current", said, {"current": revision, "newest": newest}, as_json=as_json)
    if missing:
        raise ConfigError(f"The schema {SCHEMA} lacks {', '.join(missing)}. {HOW_IT_COMES_BACK}")


@db.command()
@click.option("--table", help="Only what makes this table of pay_jobs, where it was lost and no backup has it.")
@json_option
def sql(table: str | None, as_json: bool) -> None:
    """Print the migrations as SQL, for somebody who runs them by hand.

    Examples:

      python3 invoke_jobs.py db sql

      python3 invoke_jobs.py db sql --table outbox
    """
    migrations = migrate.sql()
    if table is None:
        _show_sql("db sql", migrations, as_json=as_json)
        return
    name = table.removeprefix(f"{SCHEMA}.")
    statements = statements_of(migrations, name)
    if not statements:
        tables = sorted(one for kind, one in made_by(migrations) if kind == "table")
        raise UsageError(f"There is no table {SCHEMA}.{name}. There are: {', '.join(tables)}.")
    whole = "BEGIN;\n\n" + "\n\n".join(f"{one};" for one in statements) + "\n\nCOMMIT;"
    _show_sql("db sql", whole, as_json=as_json)


def db_command(
    *,
    grants: Callable[[str], str],
    read_only_grants: Callable[[str], str],
    pay_indexes: Callable[[Connection], str],
) -> click.Group:
    """Return the group of commands on the schema pay_jobs, with those that print what owners of tables run.

    grants            returns the statements that give a role what the jobs need
    read_only_grants  returns those of a role that only reads
    pay_indexes       returns the statements that make the indexes which the tables of others lack
    """

    @db.command("grants")
    @click.option("--role", required=True, help="The role, as in DATABASE_USERNAME.")
    @click.option("--read-only", is_flag=True, help="Only SELECT: for the console.")
    @json_option
    def print_grants(role: str, read_only: bool, as_json: bool) -> None:
        """Print the GRANT statements that a database role needs for the jobs, for an administrator to run.

        Examples:

          python3 invoke_jobs.py db grants --role pay_jobs_user

          python3 invoke_jobs.py db grants --role console --read-only
        """
        if not role.strip() or "\0" in role:
            raise UsageError("--role is blank: name the role of DATABASE_USERNAME.")
        _show_sql("db grants", (read_only_grants if read_only else grants)(role), as_json=as_json)

    @db.command("pay-indexes")
    @json_option
    @sandbox_option
    def print_pay_indexes(as_json: bool, sandbox: bool) -> None:
        """Print the statements that make the indexes which the pay tables lack, for their owner to run: what each
        serves, what it gains, and which are there already. It makes none.

        Example:

          python3 invoke_jobs.py db pay-indexes
        """
        with pay_connection("db pay-indexes", sandbox=sandbox) as connection:
            found = pay_indexes(connection)
        _show_sql("db pay-indexes", found, as_json=as_json)

    return db


def _show_sql(command: str, text: str, *, as_json: bool) -> None:
    if as_json:
        print_json(command, {"sql": [{"text": text}]})
    else:
        click.echo(text)


def _say(command: str, said: str, revisions: dict[str, str | None], *, as_json: bool) -> None:
    if as_json:
        print_json(command, {"revisions": [revisions]}, answer=said)
    else:
        click.echo(said)
