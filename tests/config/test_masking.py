"""No canary gets out of the log, whichever way it went in."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from config import masking
from config.log_setup import configure_log, get_log
from config.masking import excerpt, mask, mask_text, register_secret

CANARY = "Canary-7431-sings"
BANK_ACCOUNT = "000123456789"
Log = Callable[..., str]


@pytest.fixture(autouse=True)
def quiet_afterwards(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put the log back as it was."""
    monkeypatch.setattr(masking, "_known_secrets", set())
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    yield
    root.handlers[:], root.level = before
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture(params=["json", "console"])
def logged(request: pytest.FixtureRequest) -> Callable[[Callable[[], Any]], str]:
    """Return what the log says while a function runs, as JSON and as on a terminal."""

    def run(function: Callable[[], Any]) -> str:
        stream = io.StringIO()
        configure_log(json=request.param == "json", stream=stream)
        function()
        return stream.getvalue()

    return run


Logged = Callable[[Callable[[], Any]], str]


@pytest.mark.parametrize(
    "field",
    [
        "password", "db_password", "client_secret", "access_token", "Authorization", "api_key", "MINIO_ACCESS_KEY",
        "private_key", "passphrase", "bank_account_number", "bank_number", "bank_branch_number", "accountNumber",
        "payment_instrument_number",
    ],
)  # fmt: skip
def test_a_field_whose_name_says_it_is_secret_is_masked(logged: Logged, field: str) -> None:
    said = logged(lambda: get_log().info("row.read", **{field: CANARY}))

    assert "row.read" in said
    assert CANARY not in said


@pytest.mark.parametrize(
    "sentence",
    [
        f"postgresql://pay:{CANARY}@db.example/pay",
        f"connecting to sftp://bcreg:{CANARY}@cas:22/upload now",
        f"Authorization: Bearer {CANARY}",
        f"authorization: basic {CANARY}",
        f"password={CANARY}",
        f"host=db password='{CANARY}' port=5432",
        f'{{"client_secret": "{CANARY}"}}',
        f"?access_token={CANARY}&page=2",
        f"api-key: {CANARY}",
    ],
)
def test_text_that_looks_like_a_credential_is_masked(logged: Logged, sentence: str) -> None:
    said = logged(lambda: get_log().info("call.made", detail=sentence))

    assert "call.made" in said
    assert CANARY not in said


@pytest.mark.parametrize(
    "sentence",
    [
        f"bank account number {BANK_ACCOUNT}",
        f"Bank Account No: {BANK_ACCOUNT}",
        f"account_number={BANK_ACCOUNT}",
        f"transit number: {BANK_ACCOUNT}",
        f'"bank_account_number": "{BANK_ACCOUNT}"',
    ],
)
def test_text_that_looks_like_a_bank_account_number_is_masked(logged: Logged, sentence: str) -> None:
    assert BANK_ACCOUNT not in logged(lambda: get_log().info("row.read", detail=sentence))


def test_a_secret_that_is_known_is_masked_without_any_context(logged: Logged) -> None:
    register_secret(CANARY)

    assert CANARY not in logged(lambda: get_log().info(f"it is {CANARY}", where=[{"deep": (CANARY,)}]))


@pytest.mark.parametrize("shape", [[CANARY], {"a": {"b": CANARY}}, (CANARY, 1), {CANARY}, CANARY.encode()])
def test_a_known_secret_is_masked_in_any_shape(logged: Logged, shape: object) -> None:
    register_secret(CANARY)

    assert CANARY not in logged(lambda: get_log().info("row.read", value=shape))


def test_secret_names_are_masked_inside_nested_values(logged: Logged) -> None:
    assert CANARY not in logged(lambda: get_log().info("row.read", row={"bank": {"account_number": CANARY}}))


def test_standard_library_loggers_are_masked(logged: Logged) -> None:
    said = logged(lambda: logging.getLogger("some.library").warning("logging in with password=%s", CANARY))

    assert "logging in with" in said
    assert CANARY not in said


def test_extra_fields_of_standard_library_loggers_are_masked(logged: Logged) -> None:
    said = logged(lambda: logging.getLogger("some.library").warning("logging in", extra={"token": CANARY}))

    assert "logging in" in said
    assert CANARY not in said


def test_a_standard_library_exception_is_masked(logged: Logged) -> None:
    def fail() -> None:
        try:
            raise ValueError(f"password={CANARY}")
        except ValueError:
            logging.getLogger("some.library").exception("it failed")

    said = logged(fail)

    assert "ValueError" in said
    assert CANARY not in said


def test_a_traceback_never_shows_the_values_of_locals(logged: Logged) -> None:
    def fail() -> None:
        harmless_name = "".join(["Canary", "-in-", "a-local"])
        try:
            raise RuntimeError(len(harmless_name))
        except RuntimeError:
            get_log().exception("it failed")

    said = logged(fail)

    assert "RuntimeError: 17" in said
    assert "Canary-in-a-local" not in said


def test_an_exception_given_as_a_field_is_masked(logged: Logged) -> None:
    assert CANARY not in logged(lambda: get_log().info("it.failed", error=ValueError(f"token={CANARY}")))


def test_parameters_of_a_failed_statement_do_not_reach_the_log(logged: Logged, database_url: str) -> None:
    def fail() -> None:
        engine = create_engine(database_url.replace("://", "+psycopg2://"), hide_parameters=True)
        try:
            with engine.connect() as connection:
                connection.execute(text("SELECT 1/0 WHERE :given = :given"), {"given": CANARY})
        except DBAPIError:
            get_log().exception("it failed")
        finally:
            engine.dispose()

    said = logged(fail)

    assert "division by zero" in said
    assert CANARY not in said


def test_a_row_that_the_database_refused_does_not_reach_the_log(logged: Logged, database_url: str) -> None:
    def fail() -> None:
        engine = create_engine(database_url.replace("://", "+psycopg2://"), hide_parameters=True)
        try:
            with engine.begin() as connection:
                connection.execute(
                    text("INSERT INTO cfs_accounts (id, bank_account_number) VALUES (NULL, :number)"),
                    {"number": BANK_ACCOUNT},
                )
        except DBAPIError:
            get_log().exception("it failed")
        finally:
            engine.dispose()

    said = logged(fail)

    assert "Failing row contains (***)" in said
    assert BANK_ACCOUNT not in said


def test_bound_fields_are_masked(logged: Logged) -> None:
    def bind() -> None:
        structlog.contextvars.bind_contextvars(password=CANARY)
        get_log(token=CANARY).info("run.started")

    said = logged(bind)

    assert "run.started" in said
    assert CANARY not in said


def test_what_operators_need_stays_readable(logged: Logged) -> None:
    facts = {"run_id": 42, "auth_account": "1234", "file": "BCR_PAYMENT_APPL_20240131.csv", "amount": "12.50"}

    said = logged(lambda: get_log().info("line.rejected", **facts))

    for value in facts.values():
        assert str(value) in said


def test_json_lines_are_objects_with_event_level_and_time() -> None:
    stream = io.StringIO()
    configure_log(json=True, stream=stream)

    get_log(job="A_JOB").info("run.started")
    logging.getLogger("some.library").warning("said")

    first, second = map(json.loads, stream.getvalue().splitlines())
    assert (first["event"], first["level"], first["job"]) == ("run.started", "info", "A_JOB")
    assert (second["event"], second["level"]) == ("said", "warning")
    assert first["timestamp"].endswith("Z")


def test_a_stream_that_is_not_a_terminal_gets_json() -> None:
    stream = io.StringIO()
    configure_log(stream=stream)

    get_log().info("run.started")

    assert json.loads(stream.getvalue())["event"] == "run.started"


def test_what_is_below_the_level_is_not_said() -> None:
    stream = io.StringIO()
    configure_log(level="warning", json=True, stream=stream)

    get_log().info("quiet")
    get_log().warning("loud")

    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["loud"]


@pytest.mark.parametrize("value", ["", "abc"])
def test_a_value_too_short_to_be_a_secret_is_not_registered(value: str) -> None:
    register_secret(value)

    assert mask_text("abc of the alphabet") == "abc of the alphabet"


def test_numbers_and_nothing_keep_their_type() -> None:
    assert mask({"a": 1, "b": None, "c": True, "d": 1.5}) == {"a": 1, "b": None, "c": True, "d": 1.5}


def test_a_secret_object_shows_stars() -> None:
    assert mask({"value": SecretStr(CANARY)}) == {"value": "**********"}


SECRET_IN = st.sampled_from(
    [
        "postgresql://pay:{}@db/pay", "Bearer {}", "password={}", "token: '{}'", "Failing row contains ({}, x)", "{}",
        "bank account number 00{}", "api_key={}&x=1",
    ]
)  # fmt: skip
FILLING = st.sampled_from(["a", " ", "://x:", "token ", "(", ")", "://", "1 ", "é", "\n", "secret", "x@"])


@given(
    parts=st.lists(st.one_of(SECRET_IN, st.tuples(FILLING, st.integers(1, 400)).map(lambda one: one[0] * one[1]))),
    longest=st.integers(1, 600),
)
def test_what_is_masked_stays_masked_however_the_text_is_cut(parts: list[str], longest: int) -> None:
    masking.register_secret("Qz7!Known-secret")
    said = " ".join(part.replace("{}", "Qz7!Known-secret") for part in parts)

    assert "Qz7!" not in mask_text(said)
    assert "Qz7!" not in excerpt(said, longest)
    assert len(excerpt(said, longest)) <= longest + len("...")


@pytest.mark.parametrize("cut", range(20, 120, 7))
def test_the_password_of_an_address_and_a_failing_row_stay_masked_where_the_text_ends_in_them(cut: int) -> None:
    address = f"sftp://cas:{CANARY * 9}@host/upload"
    row = f"Failing row contains (17, {CANARY * 9})"

    assert CANARY[:6] not in excerpt(address, cut // 4)
    assert CANARY[:6] not in mask_text(row[:cut])


@pytest.mark.parametrize("unit", ["a", "://x:", "token", "secret ", "Failing row contains (", "bearer ", "x@://a:b"])
def test_a_million_letters_are_still_masked(unit: str) -> None:
    said = mask_text(f"{unit * (1_000_000 // len(unit))} password={CANARY}")

    assert CANARY not in said
