"""What the migrations make of the schema pay_jobs, told from their own SQL, and what a database lacks of it.

Tables, columns and indexes count, those of primary keys and UNIQUE among them: that a file is known by its content
rests on one.
"""

import re
from collections.abc import Iterator

from sqlalchemy import Connection

from database.sql import statements

SCHEMA = "pay_jobs"
HOW_IT_COMES_BACK = (
    "Restore it from a backup of the database. Where there is none, `python3 invoke_jobs.py db sql --table NAME` "
    "prints the statements that make a table anew, with nothing in it: what it knew is lost then, and files it knew "
    "are no longer known as applied."
)
_NO_COLUMNS = {"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "REFERENCES", "EXCLUDE"}
_CREATE = re.compile(r"CREATE TABLE (?:IF NOT EXISTS )?pay_jobs\.(\w+) \(\n(.*)\)", re.DOTALL)
_INDEX = re.compile(r"CREATE (?:UNIQUE )?INDEX (?:IF NOT EXISTS )?(\w+)\s+ON pay_jobs\.(\w+)")
_ADD_COLUMN = re.compile(r"ADD (?:COLUMN )?(?:IF NOT EXISTS )?(?!CONSTRAINT\b)(\w+) ")
_DROP_COLUMN = re.compile(r"DROP COLUMN (?:IF EXISTS )?(\w+)")

Part = tuple[str, str]


def list_missing(connection: Connection, migrations: str) -> list[str]:
    """Return what a database lacks of what some migrations make; of a missing table only the table."""
    rows = statements(__package__).run(connection, "list_own_parts", schema=SCHEMA)
    found: set[Part] = {(kind, name) for kind, name in map(tuple, rows)}
    made = made_by(migrations)
    gone = {table for kind, table in made if kind == "table"} - {name for kind, name in found if kind == "table"}
    return [
        f"{kind} {SCHEMA}.{name}"
        for (kind, name), table in made.items()
        if (kind, name) not in found and (kind == "table" or table not in gone)
    ]


def has_tables(connection: Connection, *, besides: str) -> bool:
    """Return whether the schema holds any table besides one."""
    rows = statements(__package__).run(connection, "list_own_parts", schema=SCHEMA)
    return any(kind == "table" and name != besides for kind, name in map(tuple, rows))


def made_by(migrations: str) -> dict[Part, str]:
    """Return every table, column and index that is there after some migrations, with the table it belongs to."""
    made: dict[Part, str] = {}
    for statement in _statements(migrations):
        if created := _CREATE.match(statement):
            made |= dict.fromkeys(_parts(created[1], created[2]), created[1])
        elif index := _INDEX.match(statement):
            made["index", index[1]] = index[2]
        elif altered := re.match(r"ALTER TABLE (?:IF EXISTS )?(?:ONLY )?pay_jobs\.(\w+)", statement):
            rest = statement[altered.end() :]
            made |= {("column", f"{altered[1]}.{name}"): altered[1] for name in _ADD_COLUMN.findall(rest)}
            for name in _DROP_COLUMN.findall(rest):
                made.pop(("column", f"{altered[1]}.{name}"), None)
        elif dropped := re.match(r"DROP (TABLE|INDEX) (?:IF EXISTS )?pay_jobs\.(\w+)", statement):
            is_table = dropped[1] == "TABLE"
            made = {
                part: table
                for part, table in made.items()
                if (table if is_table else part) != (dropped[2] if is_table else ("index", dropped[2]))
            }
    return made


def statements_of(migrations: str, table: str) -> list[str]:
    """Return the statements that make one table."""
    about = re.compile(
        rf"(CREATE TABLE|ALTER TABLE|INSERT INTO|UPDATE|CREATE (UNIQUE )?INDEX \w+\s+ON) pay_jobs\.{re.escape(table)}\b"
    )
    return [statement for statement in _statements(migrations) if about.match(statement)]


def _statements(migrations: str) -> Iterator[str]:
    for statement in re.sub(r"^--.*$", "", migrations, flags=re.MULTILINE).split(";\n"):
        if statement.strip():
            yield statement.strip()


def _parts(table: str, body: str) -> Iterator[Part]:
    yield "table", table
    for line in body.splitlines():
        word = re.match(r"\s*(\w+)\s", line)
        column = word[1] if word and word[1].upper() not in _NO_COLUMNS else None
        if column:
            yield "column", f"{table}.{column}"
            if re.search(r"\bUNIQUE\b", line):
                yield "index", f"{table}_{column}_key"
        elif several := re.match(r"\s*UNIQUE \(([^)]*)\)", line):
            yield "index", f"{table}_{several[1].replace(', ', '_')}_key"
        if named := re.match(r"\s*CONSTRAINT (\w+) (?:PRIMARY KEY|UNIQUE)", line):
            yield "index", named[1]
        elif "PRIMARY KEY" in line:
            yield "index", f"{table}_pkey"
