"""The last lines of the log, kept in memory while a run goes on: what stays with it in the ledger if it ends badly.

A line costs a run no more than its place here. It is put into words, by the processors of the log, only when it is
asked for.
"""

import json
import logging
from collections import deque
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from config.masking import excerpt

KEPT_LINES = 200
LONGEST_VALUE = 1000
LONGEST_TRACEBACK = 6000
MOST_CHARACTERS = 32_000
_OF_THE_RUN = ("job", "run_id")


class LogTail(logging.Handler):
    """Keeps the last lines; `configure_log` gives it the processors of the log."""

    def __init__(self) -> None:
        super().__init__()
        self._records: deque[logging.LogRecord] = deque(maxlen=KEPT_LINES)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        self._records.append(record)

    def lines(self) -> list[dict[str, Any]]:
        """Return the lines, masked and cut, the oldest first.

        timestamp, level, event, exception ("" where there is none); facts: pairs of name and value, in their order
        """
        kept: deque[dict[str, Any]] = deque()
        room = MOST_CHARACTERS
        for record in reversed(self._records):
            line = self._line(record)
            room -= len(json.dumps(line))
            if room < 0:
                break
            kept.appendleft(line)
        return list(kept)

    def _line(self, record: logging.LogRecord) -> dict[str, Any]:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        try:
            said: dict[str, Any] = json.loads(self.format(record))
        except Exception as error:  # a line that cannot be put into words must not hide how the run ended
            event = f"a line of {record.name} that cannot be shown: {type(error).__name__}"
            return {"timestamp": at, "level": record.levelname.lower(), "event": event, "exception": "", "facts": []}
        said = {name: _cut(name, value) for name, value in said.items() if name not in _OF_THE_RUN}
        head = {name: said.pop(name, "") for name in ("level", "event", "exception")}
        del said["timestamp"]
        return {"timestamp": at, **head, "facts": list(said.items())}


def _cut(name: str, value: Any) -> Any:
    """Return a value that is not too long: of a traceback its end, of all else its beginning."""
    if value is None or isinstance(value, int) or (isinstance(value, float) and isfinite(value)):
        return value
    text = value if isinstance(value, str) else json.dumps(value)
    if name == "exception":
        return text if len(text) <= LONGEST_TRACEBACK else f"...{text[-LONGEST_TRACEBACK:]}"
    return excerpt(text, LONGEST_VALUE)
