"""Nothing secret reaches the log or a message."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from pydantic import SecretStr

from config.log_setup import configure_log
from connectors.cfs import CfsClient, CfsCredentialsRefused, CfsOutcomeUnknown, CfsRejected
from sandbox.cfs.process import RunningCfs, start_cfs
from tests.cfs_fixtures import SITE, cash, seed_site

CANARIES = {
    "paybc_secret": "canary-paybc-5d1c",
    "fas_secret": "canary-fas-77ab",
    "connector_auth": "canary-connector-90fe",
}


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_log(level="DEBUG", json=True, stream=stream)
    root.setLevel(logging.DEBUG)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture(scope="module")
def process() -> Iterator[RunningCfs]:
    running = start_cfs(options=CANARIES)
    yield running
    running.stop()


@pytest.fixture
def cfs(process: RunningCfs) -> RunningCfs:
    process.admin.reset()
    process.admin.seed(sites=[seed_site(SITE)])
    return process


@pytest.fixture
def client(cfs: RunningCfs, log: io.StringIO) -> Iterator[CfsClient]:
    settings = cfs.settings(timeout=1).model_copy(
        update={
            "client_secret": SecretStr(CANARIES["paybc_secret"]),
            "fas_client_secret": SecretStr(CANARIES["fas_secret"]),
            "connector_auth": SecretStr(CANARIES["connector_auth"]),
        }
    )
    with CfsClient(settings, sleep=lambda _: None) as client:
        yield client


def test_a_run_with_failures_logs_no_secret_no_token_and_no_body(
    cfs: RunningCfs, client: CfsClient, log: io.StringIO
) -> None:
    messages: list[str] = []
    client.create_receipt(SITE, cash("206000010", "4711.42"))
    with pytest.raises(CfsRejected) as refused:
        client.create_receipt(SITE, cash("206000010", "4711.42"))
    cfs.admin.order_faults({"kind": "lost_answer", "path": "/rcpts/"})
    with pytest.raises(CfsOutcomeUnknown) as lost:
        client.create_receipt(SITE, cash("206000028", "4711.42"))
    cfs.admin.order_faults({"kind": "refuse_401", "method": "GET", "count": 0})
    with pytest.raises(CfsCredentialsRefused) as denied:
        client.get_receipt(SITE, "206000010")
    messages += [str(error.value) for error in (refused, lost, denied)]

    said = log.getvalue() + "".join(messages)
    tokens = [one._kept.value for one in client._transport._tokens.values() if one._kept]
    assert len(tokens) >= 1
    for secret in [*CANARIES.values(), *tokens, "Bearer ey", "4711.42"]:
        assert secret not in said


def test_every_call_is_logged_under_the_id_that_cfs_received(
    cfs: RunningCfs, client: CfsClient, log: io.StringIO
) -> None:
    client.get_receipt(SITE, "206000010")

    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    logged = [line["request_id"] for line in lines if line["event"] == "cfs.call"]
    received = [call["request_id"] for call in cfs.admin.calls()]
    assert len(logged) == 2
    assert received[-2:] == logged


def test_settings_and_tokens_print_without_their_secrets(client: CfsClient) -> None:
    client.get_receipt(SITE, "206000010")

    shown = repr(vars(client._transport)) + repr(client._transport._settings)
    assert not [secret for secret in CANARIES.values() if secret in shown]
