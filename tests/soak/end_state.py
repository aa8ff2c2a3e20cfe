"""Everything a job changed, in a form that is the same after two runs that did the same.

A row that is new has no id of its own: whatever points at it carries the digest of its content instead, and so does
every text that names a new invoice. Times of the day of the run are all one; runs and attempts are not counted.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

import psycopg2

Rows = dict[int, dict[str, Any]]
# What tells of the runs themselves, and reports that each run makes anew.
_OF_RUNS = {"pay_jobs.job_runs", "pay_jobs.stale_reports", "pay_jobs.stale_invoices"}
# Of our own tables: what the outside answered depends on who asked first.
_COUNTED = {"attempts", "begun_on", "next_attempt_on", "error", "last_error", "answer", "found"}
# A call that may have left twice is looked for later, by messages of its own.
_OF_A_LOST_RUN = "found by a lost run"
_LATER_LOOK = '"kind": "look_for_second_fee"'
_FIRST_INVOICE = 7_000_000
_FIRST_ROW = 5_000_000
_NEW_INVOICE = re.compile(r"7\d{6}(?!\d)")
# What two runs that did the same write differently: when a file was archived or rejects were listed, and by which row;
# when a file was last looked at; whether a step was found done; the zeros of CFS, and the number it gives by turn.
_SAME = (
    (re.compile(r"\d{8}T\d{12}Z"), "when"),
    (re.compile(r"\.5\d{6}\.csv"), ".csv"),
    (re.compile(r": 1[789]\d{8}\b"), ": when"),
    (re.compile(r'"already_true"'), '"done"'),
    (re.compile(r'"(pbc_ref|reference)_number": "4\d{4}"'), r'"\1_number": "any"'),
    (re.compile(r'(\.\d*?[1-9])0+(?=[",}\]])'), r"\1"),
    (re.compile(r'(?<=\d)\.0+(?=[",}\]])'), ""),
)
_TABLES = """
SELECT concat(space.nspname, '.', class.relname),
       (SELECT attribute.attname FROM pg_index AS key
          JOIN pg_attribute AS attribute ON attribute.attrelid = class.oid AND attribute.attnum = key.indkey[0]
         WHERE key.indrelid = class.oid AND key.indisprimary AND key.indnatts = 1
           AND attribute.atttypid IN ('int4'::regtype, 'int8'::regtype))
  FROM pg_class AS class JOIN pg_namespace AS space ON space.oid = class.relnamespace
 WHERE class.relkind = 'r' AND space.nspname IN ('public', 'pay_jobs')
 ORDER BY 1"""
_KEYS = """
SELECT concat(space.nspname, '.', class.relname), attribute.attname, concat(far_space.nspname, '.', far.relname)
  FROM pg_constraint AS key
  JOIN pg_class AS class ON class.oid = key.conrelid JOIN pg_namespace AS space ON space.oid = class.relnamespace
  JOIN pg_class AS far ON far.oid = key.confrelid JOIN pg_namespace AS far_space ON far_space.oid = far.relnamespace
  JOIN pg_attribute AS attribute ON attribute.attrelid = class.oid AND attribute.attnum = key.conkey[1]
 WHERE key.contype = 'f' AND cardinality(key.conkey) = 1"""
_WITHOUT_KEY = {("pay_jobs.cgi_mentions", "cgi_file_id"): "pay_jobs.cgi_files"}
_SEQUENCES = "SELECT concat(schemaname, '.', sequencename) FROM pg_sequences"
_REPORT = """
SELECT to_jsonb(one) - 'report_id' FROM pay_jobs.stale_invoices AS one
 WHERE report_id = (SELECT max(id) FROM pay_jobs.stale_reports WHERE finished_on IS NOT NULL)"""


def number_new_rows(address: str) -> None:
    """Let the ids of new rows begin where no number of the world is like them."""
    with psycopg2.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(_SEQUENCES)
        for (name,) in cursor.fetchall():
            first = _FIRST_INVOICE if name == "public.invoices_id_seq" else _FIRST_ROW
            cursor.execute("SELECT setval(%s, %s)", (name, first))
    connection.close()


class PayRows:
    """All rows of a database by table, as texts and as values."""

    def __init__(self, address: str) -> None:
        connection = psycopg2.connect(address)
        with connection.cursor() as cursor:
            cursor.execute(_TABLES)
            self.keys = dict(cursor.fetchall())
            cursor.execute(_KEYS)
            self.references = _WITHOUT_KEY | {(table, column): far for table, column, far in cursor.fetchall()}
            self.texts: dict[str, set[str]] = {}
            for table in self.keys:
                cursor.execute(f"SELECT CAST(to_jsonb(one) AS text) FROM {table} AS one")
                self.texts[table] = {row for (row,) in cursor.fetchall()}
            cursor.execute(_REPORT)
            self.report = sorted(json.dumps(row, sort_keys=True) for (row,) in cursor.fetchall())
        connection.close()


class EndState:
    """What differs in a database from the world it was made of."""

    def __init__(self, world: PayRows, found: PayRows, days: set[str]) -> None:
        self._found = found
        self._today = re.compile(rf"\b(?:{'|'.join(sorted(days))})(?:[T ][\d:.]+(?:\+00:00|Z)?)?")
        self._changed = {table: found.texts[table] - world.texts[table] for table in found.keys}
        self._gone = {table: world.texts[table] - found.texts[table] for table in found.keys}
        self._new: dict[str, Rows] = {table: {} for table in found.keys}
        for table, key in found.keys.items():
            for row in map(json.loads, self._changed[table]):
                if key is not None and row[key] > _FIRST_ROW:
                    self._new[table][row[key]] = row
        self._digests: dict[tuple[str, int], str] = {}

    def rows(self) -> dict[str, list[str]]:
        """Return the changed rows of every table that counts, and the newest report."""
        told = {
            table: sorted(self.plain(self._content(table, json.loads(row))) for row in rows)
            for table, rows in self._changed.items()
            if table not in _OF_RUNS
        }
        told["pay_jobs.run_rejects"] = sorted({_told(row) for row in told["pay_jobs.run_rejects"]} - {""})
        told["pay_jobs.outbox"] = [row for row in told["pay_jobs.outbox"] if not _is_later_look(row)]
        told |= {
            f"{table}, gone or changed": sorted(rows) for table, rows in self._gone.items() if table not in _OF_RUNS
        }
        return {**told, "the newest stale report": self._found.report}

    def plain(self, value: Any) -> str:
        """Return a value as text without times of the day and ids of new invoices."""
        words = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
        return _NEW_INVOICE.sub(self._invoice, self._timeless(words))

    def _timeless(self, words: str) -> str:
        for pattern, instead in ((self._today, "today"), *_SAME):
            words = pattern.sub(instead, words)
        return words

    def _invoice(self, found: re.Match[str]) -> str:
        number = int(found[0])
        return f"<{self._digest('public.invoices', number)}>" if number in self._new["public.invoices"] else found[0]

    def _content(self, table: str, row: Mapping[str, Any]) -> dict[str, Any]:
        key = self._found.keys[table]
        is_new = key is not None and row[key] > _FIRST_ROW
        return {
            name: self._pointed(table, name, value)
            for name, value in row.items()
            if not (is_new and name == key) and not (table.startswith("pay_jobs.") and _is_of_one_run(name))
        }

    def _pointed(self, table: str, column: str, value: Any) -> Any:
        far = self._found.references.get((table, column), "")
        if far in _OF_RUNS:
            return "a run"
        return f"<{self._digest(far, value)}>" if far and value in self._new[far] else value

    def _digest(self, table: str, number: int) -> str:
        if (table, number) not in self._digests:
            self._digests[table, number] = "itself"
            words = json.dumps(self._content(table, self._new[table][number]), sort_keys=True)
            words = self._timeless(words) if table == "public.invoices" else self.plain(words)
            self._digests[table, number] = hashlib.sha256(words.encode()).hexdigest()[:10]
        return self._digests[table, number]


def _told(row: str) -> str:
    """Return what was told, by whichever run and in whichever order; that a run was lost is of that run alone."""
    reject = {name: value for name, value in json.loads(row).items() if name != "number"}
    return "" if reject["reason"] == _OF_A_LOST_RUN else json.dumps(reject, sort_keys=True)


def _is_of_one_run(column: str) -> bool:
    return column in _COUNTED or column.endswith("run_id")


def _is_later_look(row: str) -> bool:
    return _LATER_LOOK in row and '"state": "delivered"' in row
