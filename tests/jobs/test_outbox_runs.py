"""What the outbox does to a run: its counts, its notes, its exit code."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from config.errors import ExitCode
from connectors.events import Topic, new_event
from connectors.mail import new_mail
from connectors.outbox import Channel, NewMessage, enqueue
from database.engine import Database
from jobs.job import Job
from jobs.lifecycle.runner import RunRequest, execute
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome
from jobs.run.result import RunResult
from jobs.run.stopping import StopRequest
from tasks.channels import CHANNELS
from tests.outbox_fixtures import HttpRecorder, SetClock, keep, note, recording, states


@dataclass(frozen=True)
class Arguments:
    """The probe job takes none."""


PLANNED: list[NewMessage] = []
SEEN: list[dict[str, str]] = []


def task(context: RunContext, _arguments: Arguments) -> Outcome:
    """Write what is planned into the outbox, and remember how the outbox looked before."""
    with context.database.begin() as session:
        rows = session.execute(text("SELECT idempotency_key, state FROM pay_jobs.outbox ORDER BY id"))
        SEEN.append({row.idempotency_key: row.state for row in rows})
        enqueue(session, PLANNED, run_id=context.run_id, created_on=context.clock())
    return Outcome()


def job(*, delivers: bool = True) -> Job:
    return Job(
        name="TELL",
        summary="Tell.",
        run=f"{__name__}:task",
        arguments=f"{__name__}:Arguments",
        needs=("EventSettings", "MailSettings"),
        delivers=CHANNELS if delivers else (),
    )


def lock(name: str) -> NewMessage:
    return new_event(Topic.AUTH, "lock", {"account": name}, ordering_key=name, idempotency_key=name)


@pytest.fixture
def receiver(database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[HttpRecorder]:
    with recording() as server:
        monkeypatch.setenv("DATABASE_URL", database_url)
        monkeypatch.setenv("PUBSUB_PUBLISH_URL", f"{server.url}/topics/")
        monkeypatch.setenv("NOTIFY_API_URL", tmp_path.as_uri())
        monkeypatch.setenv("IT_OPS_EMAIL", "ops@example.org")
        PLANNED.clear()
        SEEN.clear()
        yield server


@pytest.fixture
def run(receiver: HttpRecorder) -> Callable[..., RunResult]:
    clock = SetClock()

    def tell(*, dry_run: bool = False, delivers: bool = True, hours: float = 0) -> RunResult:
        clock.forward(hours=hours)
        return execute(job(delivers=delivers), RunRequest({}, "TELL", dry_run=dry_run), clock=clock, stop=StopRequest())

    return tell


def test_a_run_delivers_what_it_wrote(run: Callable[..., RunResult], receiver: HttpRecorder, tmp_path: Path) -> None:
    PLANNED.extend([lock("a"), new_mail("report", ["x@y.z"], "Hello", "Text", ordering_key="f", idempotency_key="m")])

    result = run()

    assert (result.exit_code, dict(result.outcome.counts)) == (ExitCode.DONE, {"outbox_delivered": 2})
    assert len(receiver.requests) == 1
    assert len(list(tmp_path.glob("*.mail.report.json"))) == 1


def test_a_run_delivers_what_an_earlier_run_left_before_its_task(
    run: Callable[..., RunResult], receiver: HttpRecorder
) -> None:
    PLANNED.append(lock("a"))
    receiver.usual = (503, "away")
    first = run()
    PLANNED[:] = [lock("b")]
    receiver.usual = (200, {"messageIds": ["m"]})

    second = run(hours=1)

    assert (first.exit_code, dict(first.outcome.counts)) == (ExitCode.DONE, {"outbox_failed": 1, "outbox_waiting": 1})
    assert first.outcome.notes[0].startswith("1 message waits in the outbox; the next runs deliver what waits.")
    assert SEEN[1] == {"a": "delivered"}
    assert (second.exit_code, dict(second.outcome.counts)) == (ExitCode.DONE, {"outbox_delivered": 2})


def test_a_system_that_is_away_never_stops_the_task(run: Callable[..., RunResult], receiver: HttpRecorder) -> None:
    PLANNED.extend(lock(name) for name in "abcde")
    receiver.usual = (503, "away")

    first, second = run(), run(hours=1)

    assert len(SEEN) == 2
    assert "5 messages wait in the outbox (event cannot be reached)" in first.outcome.notes[0]
    assert (second.exit_code, second.outcome.counts["outbox_waiting"]) == (ExitCode.DONE, 5)


def test_a_dead_letter_is_for_a_person(
    database: Database, run: Callable[..., RunResult], receiver: HttpRecorder
) -> None:
    PLANNED.extend([lock("a"), lock("b")])
    receiver.answers = [(404, "no such topic")]

    result = run()

    assert result.exit_code == ExitCode.ATTENTION
    assert dict(result.outcome.counts) == {"outbox_delivered": 1, "outbox_dead": 1}
    (reject,) = result.outcome.rejects
    assert (reject.where, reject.reason) == ("outbox 1", "The event publisher answered 404: no such topic.")
    assert states(database) == {"a": "dead", "b": "delivered"}

    PLANNED.clear()
    later = run()
    assert later.exit_code == ExitCode.DONE
    assert later.outcome.notes == [
        "Given up by earlier runs: 1 message. `outbox list --state dead` shows why; retry or drop each."
    ]


def test_refused_credentials_are_for_a_person(run: Callable[..., RunResult], receiver: HttpRecorder) -> None:
    PLANNED.append(lock("a"))
    receiver.usual = (401, "who are you")

    result = run()

    assert (result.exit_code, result.outcome.counts["outbox_waiting"]) == (ExitCode.ATTENTION, 1)
    assert "answered 401" in result.outcome.rejects[0].reason


def test_a_wrong_address_is_for_a_person_and_loses_nothing(
    database: Database, run: Callable[..., RunResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBSUB_PUBLISH_URL", "pubsub.example.org")
    PLANNED.append(lock("a"))

    result = run()

    assert result.exit_code == ExitCode.ATTENTION
    assert "PUBSUB_PUBLISH_URL must be like" in result.outcome.rejects[0].reason
    assert states(database) == {"a": "pending"}


def test_a_dry_run_sends_nothing(database: Database, run: Callable[..., RunResult], receiver: HttpRecorder) -> None:
    keep(database, [lock("a")])
    PLANNED.append(lock("b"))

    result = run(dry_run=True)

    assert receiver.requests == []
    assert result.outcome.notes == ["2 messages wait in the outbox; a dry run sends none."]
    assert states(database) == {"a": "pending"}


def test_a_job_that_does_not_deliver_leaves_the_outbox_alone(
    database: Database, run: Callable[..., RunResult], receiver: HttpRecorder
) -> None:
    PLANNED.append(lock("a"))

    run(delivers=False)

    assert (receiver.requests, states(database)) == ([], {"a": "pending"})


def test_a_job_without_the_settings_of_a_channel_leaves_its_messages(
    database: Database, run: Callable[..., RunResult]
) -> None:
    keep(database, [note("fee", "x", Channel.CFS)])
    PLANNED.append(lock("a"))

    run()

    assert states(database) == {"fee": "pending", "a": "delivered"}


def test_an_outbox_that_cannot_be_read_does_not_stop_the_task(
    database: Database, run: Callable[..., RunResult]
) -> None:
    keep(database, [lock("a")])
    with database.begin() as session:
        session.execute(text("ALTER TABLE pay_jobs.outbox DROP COLUMN begun_on"))

    result = run()

    assert len(SEEN) == 1
    assert "The outbox was not delivered before the task" in result.outcome.notes[0]
    assert result.exit_code != ExitCode.DONE
