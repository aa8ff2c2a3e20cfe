"""The pay database that the tests of a process share: before each test it is again as the template made it.

That is a hundred times as fast as a database for each. Whatever a test wrote is found and taken out, whoever wrote it;
where a test changed tables, rights or settings, or ended every session, the database is made again.
"""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

import psycopg2
from pydantic import SecretStr

from config.settings import DatabaseSettings
from database.engine import Database, make_engine

# A table that was emptied is swept where it would slow down every later search.
_WORTH_SWEEPING = 1 << 19
_TABLES = """
SELECT CAST(CAST(oid AS regclass) AS text)
  FROM pg_class
 WHERE relkind = 'r'
   AND relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('public', 'pay_jobs'))
"""
_SEQUENCES = """
SELECT CAST(CAST(seqrelid AS regclass) AS text), pg_sequence_last_value(seqrelid) FROM pg_sequence
"""
# What a test left behind that is still in a transaction, or holds a lock of its own; and who of the pool was there.
_END_STRANGERS = """
SELECT count(pg_terminate_backend(pid, 5000))
         FILTER (WHERE pid <> pg_backend_pid()
                   AND (   state <> 'idle'
                        OR pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory'))),
       count(*) FILTER (WHERE application_name = 'tests: pool')
  FROM pg_stat_activity
 WHERE datname = current_database()
   AND backend_type = 'client backend'
"""
# Columns of all tables, functions, constraints, triggers, indexes in use, rights and settings; no temporary tables.
_SHAPE = """
SELECT (SELECT array[count(*), sum(attrelid::int % 65536 * attnum)] FROM pg_attribute
         WHERE attrelid >= 16384 AND attnum > 0 AND NOT attisdropped
           AND attrelid NOT IN (SELECT oid FROM pg_class WHERE relpersistence = 't')),
       (SELECT count(*) FROM pg_proc WHERE oid >= 16384),
       (SELECT count(*) FROM pg_constraint WHERE oid >= 16384),
       (SELECT count(*) FROM pg_trigger),
       (SELECT count(*) FROM pg_index WHERE indisvalid AND indexrelid >= 16384),
       (SELECT sum(cardinality(relacl)) FROM pg_class WHERE oid >= 16384),
       (SELECT array[datconnlimit, cardinality(datacl), count(setdatabase)]
          FROM pg_database AS own LEFT JOIN pg_db_role_setting ON setdatabase = own.oid
         WHERE datname = current_database()
         GROUP BY own.oid, datconnlimit, datacl)
"""


class DatabaseServer:
    """A PostgreSQL server that tests make databases on."""

    def __init__(self, address_of: Callable[[str], str]) -> None:
        self.address_of = address_of

    def run(self, statement: str) -> None:
        """Run one statement on the maintenance database."""
        connection = psycopg2.connect(self.address_of("postgres"))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()

    def create(self, name: str, template: str = "template0") -> str:
        """Create a database and return its address."""
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.address_of(name)

    def drop(self, name: str) -> None:
        """Drop a database, whoever is connected."""
        self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


class PayDatabase(Database):
    """A pay database that can be put back to what it was when this was made."""

    _marks: dict[str, list[Any]]
    _adding: Any = None

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(make_engine(DatabaseSettings(url=SecretStr(address)), application_name="tests: pool"))
        self._note()

    def put_back(self) -> None:
        """Take out what was written, and put back what was changed or deleted; numbers begin again."""
        looked = self._rows("EXECUTE look")
        changed = [name for what, name, *mark in looked if what == "kept" and mark != self._marks[name]]
        written = [name for what, name, *_ in looked if what == "written"]
        moved = [name for what, name, value, _ in looked if what == "moved" and value != self._sequences[name]]
        statements = [
            *(f"DELETE FROM {table}" for table in (*changed, *written)),
            *(self._insert(table) for table in changed),
            *("SELECT setval('{}', {}, {})".format(name, *self._numbers[name]) for name in moved),
        ]  # fmt: skip
        if statements:
            self._run("; ".join(statements))  # one transaction
        if changed:
            self._marks = self._find_marks()
        for table in written:
            if self._rows(f"SELECT pg_relation_size('{table}') > {_WORTH_SWEEPING}") == [(True,)]:
                self._run(f"VACUUM {table}")

    def insert(self, statement: str, values: Mapping[str, Any]) -> int:
        """Run a statement that adds one row, in a transaction of its own, and return what it returns."""
        if self._adding is None or self._adding.closed:
            self._adding = psycopg2.connect(self.address, application_name="tests: add")
            self._adding.autocommit = True
        with self._adding.cursor() as cursor:
            cursor.execute(statement, values)
            return int(cursor.fetchone()[0])

    def close(self) -> None:
        self._own.close()
        self._stop_adding()
        super().close()

    def _stop_adding(self) -> None:
        if self._adding is not None:
            self._adding.close()
        self._adding = None

    def reconnect(self) -> None:
        """Go on in a forked process: the connections that it inherits are its parent's."""
        self.engine.dispose(close=False)
        self._adding = None
        self._connect()
        self._prepare()

    def _connect(self) -> None:
        self._own = psycopg2.connect(self.address, application_name="tests: put back")
        self._own.autocommit = True
        self._run("SET plan_cache_mode = force_generic_plan; SET session_replication_role = replica")

    def _note(self) -> None:
        """Note what the database holds."""
        self._connect()
        self._sequences = dict(self._rows(_SEQUENCES))
        self._numbers = {name: self._rows(f"SELECT last_value, is_called FROM {name}")[0] for name in self._sequences}
        tables = [table for (table,) in self._rows(_TABLES)]
        self._kept = {table: rows for table in tables if (rows := self._content(table)) != "[]"}
        self._empty = [table for table in tables if table not in self._kept]
        self._prepare()
        self._marks = self._find_marks()

    def _prepare(self) -> None:
        written = [
            f"SELECT 'written', '{table}', NULL, NULL WHERE EXISTS (SELECT FROM {table})" for table in self._empty
        ]
        marks = [
            f"SELECT 'kept', '{table}', count(*), max(CAST(xmin AS text)::bigint) FROM {table}" for table in self._kept
        ]
        moved = f"SELECT 'moved', named, last, NULL FROM ({_SEQUENCES}) AS sequence (named, last)"
        self._run(f"PREPARE marks AS {' UNION ALL '.join(marks)}")
        self._run(f"PREPARE look AS {' UNION ALL '.join([*marks, *written, moved])}")
        self._run(f"PREPARE shape AS {_SHAPE}")
        self._run(f"PREPARE end_strangers AS {_END_STRANGERS}")

    def _find_marks(self) -> dict[str, list[Any]]:
        return {table: mark for _, table, *mark in self._rows("EXECUTE marks")}

    def _content(self, table: str) -> str:
        [(rows,)] = self._rows(f"SELECT CAST(coalesce(jsonb_agg(to_jsonb(one)), '[]') AS text) FROM {table} AS one")
        return str(rows)

    def _insert(self, table: str) -> str:
        with self._own.cursor() as cursor:
            rows = cursor.mogrify("%s", (self._kept[table],)).decode()
        return (
            f"INSERT INTO {table} OVERRIDING SYSTEM VALUE"
            f" SELECT * FROM jsonb_populate_recordset(CAST(NULL AS {table}), CAST({rows} AS jsonb))"
        )

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        with self._own.cursor() as cursor:
            cursor.execute(query)
            return cursor.fetchall()

    def _run(self, statements: str) -> None:
        with self._own.cursor() as cursor:
            cursor.execute(statements)


class SharedDatabase(PayDatabase):
    """The pay database of all tests of a process; one that changed more than rows costs another half a second."""

    def __init__(self, server: DatabaseServer, template: str) -> None:
        self._server, self._template = server, template
        self._name = f"shared_{uuid.uuid4().hex[:8]}"
        super().__init__(server.create(self._name, template))
        self._hooks = self.after_begin, self.before_commit
        self._shape = self._rows("EXECUTE shape")

    def hand_out(self) -> None:
        """Let it be as the template made it, whatever the test before left in it, or alive."""
        self.after_begin, self.before_commit = self._hooks
        try:
            at_rest = self.engine.pool.checkedin()  # type: ignore[attr-defined]
            if self._rows("EXECUTE end_strangers") != [(0, at_rest)]:
                self.engine.dispose()
            if self._rows("EXECUTE shape") != self._shape:
                self._make_again()
            self.put_back()
        except psycopg2.Error:
            self._make_again()

    def drop(self) -> None:
        """Close every connection, and drop it."""
        self.close()
        self._server.drop(self._name)

    def create_again(self) -> None:
        """Put a fresh database in its place, whatever a process that was killed left of it."""
        self._server.drop(self._name)
        self._server.create(self._name, self._template)

    def _make_again(self) -> None:
        self.close()
        self.create_again()
        self._note()
        self._shape = self._rows("EXECUTE shape")
