"""`console` as a person types it: it says where it is, ends when it is told to, and names a port that is taken."""

import os
import re
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager

import httpx
import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow


@contextmanager
def console(address: str, *words: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "invoke_jobs.py"), "console", *words],
        env={**os.environ, "DATABASE_URL": address},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_it_says_where_it_is_serves_people_with_a_name_and_ends_when_told_to(reader_address: str) -> None:
    with console(reader_address, "--port", "0", "--monitor-port", "0") as process:
        assert process.stdout is not None and process.stderr is not None
        found = re.match(r"The console is at (http://127\.0\.0\.1:\d+)/", process.stdout.readline())
        assert found is not None
        nobody = httpx.get(f"{found[1]}/runs", trust_env=False)
        named = httpx.get(f"{found[1]}/runs", headers={"X-Forwarded-User": "olive"}, trust_env=False)
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=60)

    assert (nobody.status_code, named.status_code, process.returncode) == (403, 200, 0)
    assert "console.stopped" in log
    assert "Traceback" not in log


def test_a_port_that_is_taken_is_named_with_the_option_for_another(reader_address: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
        with console(reader_address, "--local", "--port", port, "--monitor-port", "0") as process:
            _, said = process.communicate(timeout=60)

    assert process.returncode == 2
    assert f"Port {port} cannot be served on: Address already in use. Name another: --port." in said


def test_slow_and_broken_clients_do_not_keep_others_waiting(console_address: str) -> None:
    host, port = console_address.removeprefix("http://").split(":")
    slow = [socket.create_connection((host, int(port))) for _ in range(100)]
    try:
        for one in slow:
            one.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        for one in slow[:20]:
            one.sendall(b"\x00\xff no header at all\r\n\r\n")
        for one in slow[20:40]:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, not a goodbye
            one.close()

        assert httpx.get(f"{console_address}/runs", trust_env=False).status_code == 200
    finally:
        for one in slow:
            one.close()


@pytest.fixture
def console_address(request: pytest.FixtureRequest) -> str:
    """The address of the console that all the tests share; the name is taken here."""
    return str(request.getfixturevalue("console"))
