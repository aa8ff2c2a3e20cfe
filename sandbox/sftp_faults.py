"""What the sandbox's SFTP server is told to do wrong: a JSON file beside it, read anew at every request.

{"drop_after_bytes": 100000}   break the connection off once that many bytes were read through it
{"stall_after_bytes": 100000}  answer nothing more once that many bytes were read through it
{"refuse_rename": true}        answer every rename with a failure
{"deny_directory": "/upload"}  deny whatever is in a directory
{"disk_full": true}            answer every write with "no space left"
{"unsaid_sizes": "listing"}    leave the sizes out of listings; "always": out of every answer
{"times": 1}                   beside one of the others: stop after that many times
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class SftpFaults:
    """The file that tells the server what to do wrong."""

    path: Path

    def set(self, **faults: Any) -> None:
        """Ask for faults; they replace those that were asked for."""
        aside = self.path.with_suffix(".part")
        aside.write_text(json.dumps(faults), encoding="utf-8")
        aside.replace(self.path)

    def clear(self) -> None:
        """Let it work."""
        self.path.unlink(missing_ok=True)

    def get(self, name: str) -> Any:
        """Return the fault that is requested for a name, None if none is."""
        return self._all().get(name)

    def happened(self) -> None:
        """Count a fault that is asked for a number of times only."""
        faults = self._all()
        if "times" not in faults:
            return
        if faults["times"] <= 1:
            self.clear()
        else:
            self.set(**(faults | {"times": faults["times"] - 1}))

    def _all(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return found
