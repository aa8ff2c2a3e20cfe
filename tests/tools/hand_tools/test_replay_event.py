import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import ExitCode, FormatError, UsageError
from tests.jobs.conftest import RunJob
from tests.tools.hand_tools.conftest import Sql
from tools.replay_event import JOB
from tools.replay_event.arguments import Arguments
from tools.replay_event.event import completed, event_in, find_event, new_id

LOGGED = (
    "2024-06-10 20:31:09,969 - account_mailer - INFO in worker:49 - Event message received: "
    '{"id": "a13c5ed0", "source": "sbc-auth", "subject": null, "time": "2024-06-10T20:31:09.745295+00:00", '
    '"type": "bc.registry.auth.staffReviewAccount", "data": {"contextUrl": "\nhttps://example.invalid/1127\n"}}'
)


def written(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]


def test_the_json_of_a_logged_line_is_found_with_its_raw_line_breaks() -> None:
    event = find_event(LOGGED)

    assert event["id"] == "a13c5ed0"
    assert event["data"]["contextUrl"] == "\nhttps://example.invalid/1127\n"


def test_line_breaks_inside_a_text_are_named_and_dropped_or_kept_on_request() -> None:
    with pytest.raises(UsageError, match=r"inside data\.contextUrl: .*--line-breaks drop"):
        event_in(LOGGED, None)

    assert event_in(LOGGED, "drop")["data"]["contextUrl"] == "https://example.invalid/1127"
    assert event_in(LOGGED, "keep")["data"]["contextUrl"] == "\nhttps://example.invalid/1127\n"


def test_line_breaks_between_attributes_or_spelled_by_the_event_are_its_own() -> None:
    text = json.dumps({"id": "1", "source": "x", "type": "y", "data": {"lines": ["a\nb"]}}, indent=2)

    assert event_in(text, None)["data"] == {"lines": ["a\nb"]}


def test_line_breaks_in_a_list_are_named_by_their_place() -> None:
    with pytest.raises(UsageError, match=r"inside data\.parts\[1\]:"):
        event_in('{"type": "y", "data": {"parts": ["a", "b\r\nc"]}}', None)


@pytest.mark.parametrize("text", ["", "no braces", '{"no": "kind"}', "{broken", LOGGED + LOGGED])
def test_a_text_without_exactly_one_event_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="expected one"):
        find_event(text)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ('"\\ud800"', r"half a character \(\\ud800\)"),
        ('{"\\udfff": 1}', r"half a character \(\\udfff\)"),
        ("NaN", "holds NaN"),
        ("[-Infinity]", "holds -Infinity"),
        ("1e999", "a number without a value"),
        ("[" * 200_000, "nested too deep"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "nested too deep"),
    ],
    ids=["half a character", "half in a name", "NaN", "infinity", "too large", "open lists", "deep objects"],
)
def test_an_event_that_no_receiver_could_read_is_refused_in_words(data: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        find_event(f'{{"id": "1", "source": "x", "type": "y", "data": {data}}}')


@given(text=st.text(alphabet=st.characters(codec=None), max_size=40) | st.from_regex(r'\{"type": .{0,30}\}'))
def test_any_text_gives_an_event_that_can_be_published_or_words(text: str) -> None:
    try:
        event = find_event(text)
    except UsageError:
        return
    assert json.loads(json.dumps(event, ensure_ascii=False, allow_nan=False).encode()) == event


def test_an_event_gets_a_new_id_and_what_the_logger_left_out() -> None:
    event = completed(find_event(LOGGED), "new-id")

    assert (event["id"], event["specversion"], event["datacontenttype"]) == ("new-id", "1.0", "application/json")
    assert "subject" not in event


def test_an_invalid_cloud_event_is_refused_naming_each_attribute() -> None:
    with pytest.raises(FormatError, match=r"source: .*type: "):
        completed({"id": "1", "type": ""}, "2")


@pytest.mark.parametrize(
    "values",
    [
        {"reason": "r"},
        {"file": "a", "from_outbox": 1, "reason": "r"},
        {"file": "a", "reason": "r"},
    ],
)
def test_incomplete_arguments_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Arguments(**values)


def test_a_logged_line_is_published_once_more(run_job: RunJob, events_folder: Path, tmp_path: Path) -> None:
    line = tmp_path / "line.txt"
    line.write_text(LOGGED, encoding="utf-8")

    result = run_job(JOB, file=str(line), topic="account-mailer-test", line_breaks="drop", reason="ticket 1")

    assert result.exit_code == ExitCode.DONE, result.error
    (event,) = written(events_folder)
    assert event["type"] == "bc.registry.auth.staffReviewAccount"
    assert event["id"] != "a13c5ed0"


def test_the_same_command_again_sends_the_same_id_and_another_reason_a_new_one() -> None:
    event = find_event(LOGGED)

    assert new_id(event, "ticket 1") == new_id(event, "ticket 1 ")
    assert new_id(event, "ticket 1") != new_id(event, "ticket 2")
    assert new_id(event, "ticket 1") != new_id(event | {"id": "other"}, "ticket 1")


def test_a_publisher_that_is_away_fails_the_run(run_job: RunJob, settings: pytest.MonkeyPatch, sql: Sql) -> None:
    settings.setenv("PUBSUB_PUBLISH_URL", "http://127.0.0.1:9/topics/")

    result = run_job(JOB, from_outbox=message(sql, "event", "delivered"), reason="ticket 1")

    assert result.exit_code == ExitCode.FAILED
    assert "The event publisher gave no answer: no connection: Connection refused: it is not known whether event" in (
        result.error or ""
    )


def test_a_dry_run_shows_the_event_and_publishes_nothing(
    run_job: RunJob, events_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(LOGGED))

    result = run_job(JOB, dry_run=True, file="-", topic="account-mailer-test", line_breaks="keep", reason="ticket 1")

    assert "staffReviewAccount" in "\n".join(result.outcome.notes)
    assert not events_folder.exists()


def test_a_file_that_is_not_there_is_said(run_job: RunJob, events_folder: Path) -> None:
    result = run_job(JOB, file="/nowhere/line.txt", topic="t", reason="r")

    assert result.exit_code == ExitCode.USAGE
    assert "/nowhere/line.txt" in (result.error or "")


def message(sql: Sql, channel: str, state: str) -> int:
    ((number,),) = sql(
        "INSERT INTO pay_jobs.outbox (created_on, channel, kind, ordering_key, idempotency_key, payload, state)"
        " VALUES (now(), %s, 'bc.registry.payment.lockAccount', 'account:1', 'k1',"
        ' \'{"topic": "auth_event_topic", "data": {"accountId": "1"}}\', %s) RETURNING id',
        (channel, state),
    )
    return int(number)


def test_a_delivered_message_of_the_outbox_is_published_under_a_new_id(
    run_job: RunJob, events_folder: Path, sql: Sql
) -> None:
    number = message(sql, "event", "delivered")

    result = run_job(JOB, from_outbox=number, reason="ticket 1")

    assert result.exit_code == ExitCode.DONE, result.error
    (event,) = written(events_folder)
    assert event["data"] == {"accountId": "1"}


@pytest.mark.parametrize(
    ("channel", "state", "said"),
    [("event", "pending", "outbox retry"), ("event", "dead", "outbox retry"), ("cfs", "delivered", "is no event")],
)
def test_other_messages_of_the_outbox_are_refused(
    run_job: RunJob, events_folder: Path, sql: Sql, channel: str, state: str, said: str
) -> None:
    result = run_job(JOB, from_outbox=message(sql, channel, state), reason="ticket 1")

    assert result.exit_code == ExitCode.USAGE
    assert said in (result.error or "")


def test_an_unknown_message_is_refused(run_job: RunJob, events_folder: Path) -> None:
    result = run_job(JOB, from_outbox=99, reason="ticket 1")

    assert "There is no message 99" in (result.error or "")
