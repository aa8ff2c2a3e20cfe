"""The scheduler's port answers probes, however many connections do nothing."""

import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from jobs.scheduler.http import MOST_CONNECTIONS, Metrics, serve

IDLE = 300


@pytest.fixture
def port() -> Iterator[int]:
    server = serve(("127.0.0.1", 0), Metrics(), lambda: None, lambda: "it is stopping")
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


def ask(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read().decode()


def test_the_paths_are_answered(port: int) -> None:
    assert ask(port, "/healthz") == (200, "ok\n")
    assert ask(port, "/readyz") == (503, "it is stopping\n")
    assert "pay_jobs_scheduler_ready" in ask(port, "/metrics")[1]
    assert ask(port, "/nothing")[0] == 404


def test_idle_connections_take_no_thread_each_and_no_answer_from_a_probe(port: int) -> None:
    before = threading.active_count()
    with ExitStack() as kept:
        for _ in range(IDLE):
            kept.enter_context(socket.create_connection(("127.0.0.1", port)))

        assert ask(port, "/healthz") == (200, "ok\n")
        assert threading.active_count() - before <= MOST_CONNECTIONS + 1

    assert ask(port, "/healthz") == (200, "ok\n")


def test_an_endless_request_and_one_that_is_not_http_do_no_harm(port: int) -> None:
    for said in (b"GET /healthz HTTP/1.1\r\nHost", b"\x16\x03\x01\x02\x00", b"\0" * 100_000):
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(said)
            assert ask(port, "/healthz") == (200, "ok\n")
