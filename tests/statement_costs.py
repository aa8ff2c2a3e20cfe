"""What statements cost the database, in what holds on a busy machine: how many there are, and buffers looked at."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event


@contextmanager
def before_each_statement(engine: Engine, look: Callable[[Any, str, Any], str]) -> Iterator[None]:
    """Show each statement, with the cursor and the values, and run what is returned instead."""

    def listen(_connection: Any, cursor: Any, statement: str, values: Any, *_more: Any) -> tuple[str, Any]:
        return look(cursor, statement, values), values

    event.listen(engine, "before_cursor_execute", listen, retval=True)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", listen)


@contextmanager
def buffers_looked_at(engine: Engine, purposes: Sequence[str]) -> Iterator[Counter[str]]:
    """Count the buffers that statements look at, by words of what they are for.

    They are run under EXPLAIN: what they write stays, and none of them may return what is used.
    """
    looked_at: Counter[str] = Counter()

    def explain(cursor: Any, statement: str, values: Any) -> str:
        purpose = next((one for one in purposes if one in statement), None)
        if purpose is None:
            return statement
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", values)
        [[plan]] = cursor.fetchall()[0]
        looked_at[purpose] += sum(plan["Plan"][f"Shared {kind} Blocks"] for kind in ("Hit", "Read"))
        return "SELECT 1"

    with before_each_statement(engine, explain):
        yield looked_at
