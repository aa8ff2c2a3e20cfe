"""`python -m tests.soak.struck TELLS HEARS AT HOLDS PARTS WORDS...`: invoke_jobs.py, which says where it is.

The points are each statement, both sides of each commit, each call of CFS and of the object store and what follows it,
and each request to the SFTP server; what changes CFS is stopped before its last check, for what lies between that and
the call is the one gap that nothing can close. At the point AT the pipe TELLS is told its name; with HOLDS the run then
waits for a byte of HEARS. A run that ends says how many points it came to.
"""

import os
import sys
import threading
from collections.abc import Callable
from typing import Any

Reach = Callable[[str], None]


class CountedPoints:
    """The points of a run, counted from 1 over all its threads."""

    def __init__(self, tells: int, hears: int, at: int, *, holds: bool) -> None:
        self._tells, self._hears, self._at, self._holds = tells, hears, at, holds
        self._lock = threading.Lock()
        self._count = 0

    def reach(self, name: str) -> None:
        """Count a point; at the one that was asked for, tell it and wait."""
        with self._lock:
            self._count += 1
            is_here = self._count == self._at
        if is_here:
            self._tell(name)
            if self._holds:
                os.read(self._hears, 1)

    def end(self) -> None:
        """Tell how many there were."""
        self._tell(f"= {self._count}")

    def _tell(self, line: str) -> None:
        os.write(self._tells, f"{line}\n".encode())


def _listen_to_database(reach: Reach) -> None:
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    from sandbox.commits import listen_to_commits

    def statement(_connection: Any, _cursor: Any, words: str, *_more: Any) -> None:
        reach(f"before {' '.join(words.split())[:60]}")

    event.listen(Engine, "before_cursor_execute", statement)
    listen_to_commits(lambda _connection, when: reach(f"{when} a commit"))


def _listen_to_cfs(reach: Reach) -> None:
    import httpx

    import connectors.cfs.transport

    transport: Any = connectors.cfs.transport
    send, check = httpx.HTTPTransport.handle_request, transport.last_checks

    def heard(self: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        name = f"{request.method} {request.url.path}"
        if request.method == "GET":
            reach(f"before {name}")
        answer = send(self, request)
        reach(f"after {name}")
        return answer

    def heard_check() -> None:
        reach("before the last check")
        check()

    httpx.HTTPTransport.handle_request = heard  # type: ignore[method-assign]
    transport.last_checks = heard_check


def _listen_to_store(reach: Reach) -> None:
    import urllib3

    send = urllib3.PoolManager.urlopen

    def heard(self: Any, method: str, url: str, redirect: bool = True, **more: Any) -> Any:
        reach(f"before S3 {method}")
        answer: Any = send(self, method, url, redirect, **more)
        reach(f"after S3 {method}")
        return answer

    urllib3.PoolManager.urlopen = heard  # type: ignore[method-assign]


def _listen_to_sftp(reach: Reach) -> None:
    import paramiko

    send = paramiko.SFTPClient._async_request  # type: ignore[attr-defined]

    def heard(self: Any, *values: Any) -> Any:
        reach("before a request to the SFTP server")
        return send(self, *values)

    paramiko.SFTPClient._async_request = heard  # type: ignore[attr-defined]


_LISTENERS = {"cfs": _listen_to_cfs, "s3": _listen_to_store, "sftp": _listen_to_sftp}


def main() -> int:
    """Run the command with its points told."""
    tells, hears, at, holds, parts, *words = sys.argv[1:]
    points = CountedPoints(int(tells), int(hears), int(at), holds=holds == "holds")
    _listen_to_database(points.reach)
    for part in filter(None, parts.split(",")):
        _LISTENERS[part](points.reach)
    sys.argv = ["invoke_jobs.py", *words]
    from invoke_jobs import main as invoke

    code = 1
    try:
        code = invoke()
    finally:
        points.end()
    return code


if __name__ == "__main__":
    sys.exit(main())
