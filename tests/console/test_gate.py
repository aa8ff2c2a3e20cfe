"""Who may look, by which method, what the browser may do with the answer; and that nothing can be written."""

import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from html import unescape
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import DBAPIError

from config.settings import DatabaseSettings
from console.app import PAGES, console_app
from console.monitor import monitor_app
from console.reading import Reader
from database.engine import make_engine
from database.sessions import Session
from tasks.stale_invoice_report.metrics import stuck_invoices
from tests.console.conftest import NOW, Lines
from tests.console.running import NAMES, Asker, OneTransaction, surroundings

ARTIFACT = "/runs/{run:int}/artifacts/{artifact:int}"
SHOWN = [page for page in PAGES if page != ARTIFACT]
WRITING = ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)


@pytest.mark.parametrize("page", SHOWN)
def test_a_page_is_shown_by_the_role_that_only_reads_and_is_small(
    client: httpx.Client, paths: dict[str, str], page: str
) -> None:
    answer = client.get(paths[page])

    assert answer.status_code == 200
    assert len(answer.content) < 60_000
    assert INLINE.search(answer.text) is None


def test_names_of_customers_stand_on_find_alone(client: httpx.Client, owner: Engine, paths: dict[str, str]) -> None:
    with owner.connect() as connection:
        names = set(connection.scalars(text("SELECT name FROM payment_accounts WHERE length(name) > 8")))
    shown = {page: unescape(client.get(paths[page]).text) for page in SHOWN}

    assert len(names) > 20
    assert [page for page, said in shown.items() if any(name in said for name in names)] == ["/find"]


@pytest.mark.parametrize("page", [*SHOWN, "/nowhere", "/static/console.css"])
def test_every_answer_tells_the_browser_to_trust_nothing_else(
    client: httpx.Client, paths: dict[str, str], page: str
) -> None:
    answer = client.head(paths.get(page, page))

    policy = answer.headers["content-security-policy"]
    assert answer.content == b""
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert ("public" if page.startswith("/static") else "no-store") in answer.headers["cache-control"]
    assert "set-cookie" not in answer.headers
    assert "server" not in answer.headers


@pytest.mark.parametrize("page", [*PAGES, "/nowhere", "/static/console.css"])
def test_no_address_takes_anything_but_get_and_head(client: httpx.Client, paths: dict[str, str], page: str) -> None:
    answers = [client.request(method, paths.get(page, page)) for method in WRITING]

    assert {answer.status_code for answer in answers} == {405}
    assert {answer.headers["allow"] for answer in answers} == {"GET, HEAD"}


def test_without_the_proxys_header_nobody_looks(reader_address: str) -> None:
    around = surroundings(reader_address, NOW, needs_person=True)
    with closing(around.reader):
        behind = Asker(console_app(around))

        assert behind.get("/runs").status_code == 403
        assert behind.get("/static/console.css").status_code == 403
        named = behind.get("/runs", headers={"X-Forwarded-User": "<b>olive\u202e</b>".encode()})

    assert named.status_code == 200
    assert "<b>olive" not in named.text
    assert "&lt;b&gt;olive" in named.text


@pytest.mark.parametrize(
    "path",
    [
        "/runs?job=%00",
        "/files?name=a%00b",
        "/find?kind=invoice&q=%00",
        "/statements/0001-01-01",
        "/statements/9999-12-31",
        "/statements/today",
        "/money?month=0001-01",
        "/money?month=9999-12",
        "/money/9999-12-31",
    ],
)
def test_an_address_that_asks_for_what_cannot_be_is_not_understood(client: httpx.Client, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 400, answer.text
    assert "The address cannot be understood" in answer.text


def test_a_page_that_takes_too_long_says_so(reader_address: str) -> None:
    around = surroundings(reader_address, NOW)

    class SlowReader(Reader):
        def read(self, question: Callable[[Session], Any]) -> Any:
            def slowly(session: Session) -> Any:
                session.execute(text("SET LOCAL statement_timeout = 20"))
                session.execute(text("SELECT pg_sleep(5)"))

            return around.reader.read(slowly)

    slow = replace(around, reader=SlowReader(DatabaseSettings(url=SecretStr(reader_address))))
    with closing(around.reader), closing(slow.reader):
        answer = Asker(console_app(slow)).get("/statements")

    assert (answer.status_code, "The page takes too long" in answer.text) == (503, True)
    assert "15 seconds" in answer.text
    assert "DATABASE_STATEMENT_TIMEOUT" not in answer.text


def test_the_tile_of_verify_is_of_a_verification_and_not_of_a_baseline(
    reader_address: str, client: httpx.Client, owner: Engine
) -> None:
    baseline = text(
        "INSERT INTO pay_jobs.job_runs (job, command, status, exit_code, triggered_by, pod, version, started_on,"
        " finished_on, counts) VALUES ('verify', 'verify --baseline --only INV-PAID', 'done', 0, 'hand:olive', 'pod',"
        " '1', :now, :now, '{\"taken_as_known\": 1}') RETURNING id"
    )

    def tile() -> str:
        return client.get("/").text.partition("Money verified")[2][:400]

    before = tile()
    with owner.begin() as connection:
        run = connection.scalar(baseline, {"now": NOW})
    after = tile()
    with owner.begin() as connection:
        connection.execute(text("DELETE FROM pay_jobs.job_runs WHERE id = :id"), {"id": run})

    assert "invariants" in before
    assert after == before


def test_on_a_machine_of_ones_own_only_its_own_name_is_answered(client: httpx.Client) -> None:
    assert client.get("/", headers={"Host": "evil.example:8080"}).status_code == 421


def test_a_look_at_find_is_one_line_of_the_log_with_the_person(reader_address: str) -> None:
    log = Lines()
    around = surroundings(reader_address, NOW, log=log, needs_person=True)
    with closing(around.reader):
        behind = Asker(console_app(around), **{"X-Forwarded-Email": "olive@example.org"})
        behind.get("/find?kind=invoice&q=31")
        behind.get("/runs")

    assert log == [{"event": "console.find", "person": "olive@example.org", "kind": "invoice", "subject": "31"}]


def test_the_server_refuses_a_write_and_a_bank_account_to_the_role_of_the_console(reader_address: str) -> None:
    engine = make_engine(DatabaseSettings(url=SecretStr(reader_address)), application_name="tests")
    refused = [
        "UPDATE invoices SET total = 0",
        "DELETE FROM pay_jobs.outbox",
        "INSERT INTO pay_jobs.notices (fingerprint, job) VALUES ('x', 'x')",
        "CREATE TABLE pay_jobs.mine (id integer)",
        "SELECT bank_account_number FROM cfs_accounts",
        "SELECT payment_instrument_number FROM cfs_accounts",
    ]
    for statement in refused:
        with engine.connect() as connection, pytest.raises(DBAPIError, match="permission denied"):
            connection.execute(text(statement))
    engine.dispose()


def test_the_role_of_the_console_reads_no_column_that_holds_a_bank_account(owner: Engine, reader_address: str) -> None:
    role = make_url(reader_address).username
    named = text(
        "SELECT table_schema || '.' || table_name || '.' || column_name, has_column_privilege(CAST(:role AS text),"
        " quote_ident(table_schema) || '.' || quote_ident(table_name), CAST(column_name AS text), 'SELECT')"
        " FROM information_schema.columns WHERE table_schema IN ('public', 'pay_jobs')"
        " AND column_name ~ '^(bank_.*number|.*instrument_number|.*account_number)$'"
    )
    with owner.connect() as connection:
        readable = {str(column): bool(may) for column, may in connection.execute(named, {"role": role})}

    assert "public.cfs_accounts.bank_account_number" in readable
    assert "public.cfs_accounts_history.bank_account_number" in readable
    assert [column for column, may in readable.items() if may] == []


def test_the_page_of_a_failed_run_shows_the_last_lines_of_its_log_beside_its_error(
    client: httpx.Client, owner: Engine
) -> None:
    with owner.connect() as connection:
        failed = connection.scalar(text("SELECT max(id) FROM pay_jobs.job_runs WHERE status = 'failed'"))
        done = connection.scalar(text("SELECT max(id) FROM pay_jobs.job_runs WHERE status = 'done'"))
    shown = client.get(f"/runs/{failed}").text

    assert shown.index("What went wrong") < shown.index("The last 9 lines of its log") < shown.index("cfs.no_answer")
    assert "attempt=2" in shown
    assert "of its log" not in client.get(f"/runs/{done}").text


def test_the_night_tells_what_the_alarm_found_of_lengths_and_awaited_answers(
    owner: Engine, reader_address: str
) -> None:
    around = surroundings(reader_address, NOW)
    found = [("longer", "PAD_RECONCILE"), ("missing", around.schedule.answers[0].what), ("missing", "judged anew")]
    with closing(around.reader), owner.connect() as connection:
        night = Asker(console_app(replace(around, reader=OneTransaction(connection))))  # type: ignore[arg-type]
        before = night.get("/").text
        alarm = connection.scalar(
            text("UPDATE pay_jobs.job_runs SET rejects = 3 WHERE id = (SELECT max(id) FROM pay_jobs.job_runs"
                 " WHERE job = 'check') RETURNING id")
        )  # fmt: skip
        for number, (kind, what) in enumerate(found):
            connection.execute(
                text("INSERT INTO pay_jobs.run_rejects VALUES (:alarm, :number, :what, :kind, 'told', '')"),
                {"alarm": alarm, "number": number, "what": what, "kind": kind},
            )
        after = night.get("/").text
        connection.rollback()

    assert ("7 to look at" in before, "9 to look at" in after) == (True, True)


def test_a_database_that_is_away_is_a_page_that_says_so(owner: Engine) -> None:
    around = surroundings("postgresql://console@127.0.0.1:1/pay", NOW)
    with closing(around.reader):
        answer = Asker(console_app(around)).get("/runs")

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "30"
    assert "The pay database is away" in answer.text
    assert "python3 invoke_jobs.py doctor" in answer.text


def test_a_connection_that_ended_meanwhile_is_made_anew(reader_address: str, owner: Engine) -> None:
    around = surroundings(reader_address, NOW)
    with closing(around.reader):
        pages = Asker(console_app(around))
        pages.get("/runs")
        with owner.connect() as connection:
            ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = :name"
            assert connection.scalar(text(ended), {"name": "pay-jobs console"})

        assert pages.get("/runs").status_code == 200


def test_the_port_of_the_cluster_tells_health_and_figures_without_names(reader_address: str) -> None:
    around = surroundings(reader_address, NOW)
    with closing(around.reader):
        monitor = Asker(monitor_app(around.reader, around.schedule, NAMES, [stuck_invoices], lambda: NOW))
        figures = monitor.get("/metrics").text

        assert (monitor.get("/healthz").text, monitor.get("/readyz").text) == ("ok\n", "ok\n")
        assert monitor.request("POST", "/metrics").status_code == 405
        assert monitor.get("/").status_code == 404
    assert "pay_jobs_stuck_cad 18466.4" in figures
    assert 'pay_jobs_last_success_age_seconds{job="GENERATE_STATEMENTS"}' in figures
    assert "account" not in figures
    assert "BCR_PAYMENT" not in figures


def test_a_database_that_is_away_is_alive_and_not_ready() -> None:
    around = surroundings("postgresql://console@127.0.0.1:1/pay", NOW)
    with closing(around.reader):
        monitor = Asker(monitor_app(around.reader, around.schedule, NAMES, [], lambda: NOW))

        assert [monitor.get(path).status_code for path in ("/healthz", "/readyz", "/metrics")] == [200, 503, 503]
