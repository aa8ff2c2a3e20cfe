"""What should have happened and did not is told; what is in order is not."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Connection, Engine, text

from connectors.sftp import UNSAID
from jobs.commands.check_command import check_command
from jobs.commands.cli import main
from jobs.run import ledger
from jobs.watch.check_files import AnswerProbe
from jobs.watch.metrics import MetricSample
from tests.json_output import read_json, rows_of
from tests.monitor import monitoring

NOW = datetime(2026, 11, 19, 20, tzinfo=UTC)  # a Thursday, 13:00 in Vancouver
HOUR = timedelta(hours=1)
SCHEDULE = r"""
jobs:
  NIGHTLY:
    {cron: 1 1 * * *, deadline: 6h, missed: {run: latest, up_to: 20h}, make_up: [--fill-gaps],
     resources: {cpu: 1, memory: 1Gi}}
  POLL:
    {cron: "*/5 8-11 * * *", deadline: 1h, missed: {run: skip}, tolerance: 20m, resources: {cpu: "1", memory: 1Gi}}
files:
  - what: the settlement file
    job: POLL
    source: CAS
    name: PAY_(?P<date>\d{8})\.csv
    due: [0 11 * * mon-fri]
    applied_within: 1h
answers:
  - what: the answer
    within_business_days: 1
cluster:
  namespace: here
  image: pay-jobs:1
  keys_secret: keys
  egress: [{what: nothing, cidr: 192.0.2.1/32, port: 1}]
  backfill: {job: POLL, shards: 1, parallelism: 1}
"""

Find = Callable[..., list[tuple[str, str]]]


class RunHistory:
    """Writes what has happened into the ledgers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def run(
        self, job: str, at: datetime, status: str = "done", *, minutes: float = 1, command: str = "", shards: int = 1,
        by: str = "cronjob", is_news: bool = True,
    ) -> None:  # fmt: skip
        exit_code = {"done": 0, "attention": 3, "failed": 1, "locked": 75}.get(status)
        self._do(
            "INSERT INTO pay_jobs.job_runs (job, command, status, triggered_by, pod, version, started_on, finished_on,"
            " exit_code, error, rejects, shard_count, is_news) VALUES (:job, :command, :status, :by, 'pod', '1', :at,"
            " :until, :code, 'so it was', 2, :shards, :is_news)",
            shards=shards, by=by, is_news=is_news,
            job=job, command=command or job, status=status, at=at, code=exit_code,
            until=None if status == "running" else at + timedelta(minutes=minutes),
        )  # fmt: skip

    def polls(self, begin: datetime, end: datetime, status: str = "done") -> None:
        while begin < end:
            self.run("POLL", begin + timedelta(seconds=20), status)
            begin += timedelta(minutes=5)

    def file(self, name: str, day: str, at: datetime, state: str = "applied") -> None:
        self._do(
            "INSERT INTO pay_jobs.inbound_files (source, name, sha256, size_bytes, state, reason, business_date,"
            " received_on) VALUES ('CAS', :name, encode(sha256(random()::text::bytea), 'hex'), 1, :state, 'because',"
            " :day, :at)",
            name=name, day=day, at=at, state=state,
        )  # fmt: skip

    def good_day(self) -> None:
        """Everything as it should be since the day before yesterday."""
        self.run("NIGHTLY", NOW - 36 * HOUR)
        for days in (1, 0):
            morning = (NOW - timedelta(days=days)).replace(hour=15)
            self.run("NIGHTLY", morning.replace(hour=8, minute=1, second=30))
            self.polls(morning, morning + 5 * HOUR)
            self.file(f"PAY_{morning:%Y%m%d}.csv", f"{morning:%Y-%m-%d}", morning.replace(hour=16, minute=30))

    def unfinished(self, name: str, *, polls: int, minutes: int, size: int = 0) -> None:
        self._do(
            "INSERT INTO pay_jobs.unfinished_files VALUES"
            " ('CAS', '/upload', :name, :size, 0, 'it is empty', :first, :last, :polls)",
            name=name, size=size, first=NOW - timedelta(minutes=minutes), last=NOW, polls=polls,
        )  # fmt: skip

    def _do(self, statement: str, **values: object) -> None:
        with self._engine.begin() as connection:
            connection.execute(text(statement), values)


@pytest.fixture
def past(engine: Engine) -> RunHistory:
    return RunHistory(engine)


@pytest.fixture
def schedule(tmp_path: Path) -> Path:
    path = tmp_path / "schedule.yaml"
    path.write_text(SCHEDULE.replace("cpu: 1,", 'cpu: "1",'), encoding="utf-8")
    return path


def check_cli(waiting: AnswerProbe = lambda _: (), **probes: Any) -> click.Group:
    """Return a command line that has `check`; `waiting` knows what is still without its answer."""
    answer_probes = {"the answer": waiting}
    command = check_command(["NIGHTLY", "POLL"], answer_probes=answer_probes, clock=lambda: NOW, **probes)
    return click.Group(commands={"check": command})


def check(schedule: Path, *words: str, waiting: AnswerProbe = lambda _: ()) -> int:
    """Run `check --json` and return its exit code."""
    return main(check_cli(waiting), ["check", "--json", "--file", str(schedule), *words])


@pytest.fixture
def find(settings: pytest.MonkeyPatch, schedule: Path, capsys: pytest.CaptureFixture[str]) -> Find:
    def find_all(*words: str, waiting: AnswerProbe = lambda _: ()) -> list[tuple[str, str]]:
        code = check(schedule, *words, waiting=waiting)
        report = read_json(capsys.readouterr().out)
        found = rows_of(report, "findings")
        assert code == report["exit_code"] == (3 if found else 0)
        return [(one["kind"], f"{one['what']}: {one['detail']}") for one in found]

    return find_all


def test_a_good_day_is_silent(find: Find, past: RunHistory) -> None:
    past.good_day()

    assert find() == []


def test_a_night_without_its_run_is_missing(find: Find, past: RunHistory, engine: Engine) -> None:
    past.good_day()
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM pay_jobs.job_runs WHERE job = 'NIGHTLY' AND started_on > '2026-11-19'"))

    assert find() == [("missing", "NIGHTLY: no run at 2026-11-19 08:01 UTC")]


def test_an_entry_with_arguments_is_judged_by_its_own_runs(find: Find, past: RunHistory, schedule: Path) -> None:
    sweep = """  SWEEP:
    {job: POLL, arguments: [--all], cron: 30 7 * * *, deadline: 1h, missed: {run: skip},
     resources: {cpu: "1", memory: 1Gi}}
files:"""
    schedule.write_text(schedule.read_text(encoding="utf-8").replace("files:", sweep, 1), encoding="utf-8")
    past.good_day()

    assert find() == [("missing", "SWEEP: no run at 2026-11-19 14:30 UTC")]
    past.run("POLL", NOW.replace(hour=14, minute=30, second=5), "attention", command="POLL --all")
    ((kind, said),) = find()
    assert (kind, said.partition(":")[0]) == ("attention", "SWEEP")


def test_a_run_with_other_arguments_does_not_stand_in_for_it(find: Find, past: RunHistory, engine: Engine) -> None:
    past.good_day()
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE pay_jobs.job_runs SET command = 'NIGHTLY 2022-06-25' WHERE job = 'NIGHTLY'"
                 " AND started_on > '2026-11-19'")
        )  # fmt: skip

    assert [kind for kind, _ in find()] == ["missing"]


def test_a_run_that_failed_is_told_unless_a_later_attempt_at_it_went_well(
    find: Find, past: RunHistory, engine: Engine
) -> None:
    past.good_day()
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE pay_jobs.job_runs SET status = 'failed', exit_code = 1 WHERE job = 'NIGHTLY'"
                 " AND started_on > '2026-11-19'")
        )  # fmt: skip

    [(kind, said)] = find()
    past.run("NIGHTLY", NOW.replace(hour=8, minute=4))

    assert kind == "failed"
    assert said.endswith("failed, exit 1: so it was")
    assert find() == []


def test_a_run_of_a_shard_does_not_stand_in_for_all_accounts(find: Find, past: RunHistory, engine: Engine) -> None:
    past.good_day()
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE pay_jobs.job_runs SET shard_count = 8 WHERE job = 'NIGHTLY' AND started_on > '2026-11-19'")
        )

    assert [kind for kind, _ in find()] == ["missing"]


def test_a_backfill_of_which_a_shard_failed_is_told_until_that_shard_went_well(find: Find, past: RunHistory) -> None:
    past.good_day()
    backfill = "NIGHTLY --fill-gaps"
    past.run("NIGHTLY", NOW - 2 * HOUR, "failed", command=backfill, shards=8)

    told = find()
    past.run("NIGHTLY", NOW - HOUR, command=backfill, shards=8)

    assert [kind for kind, _ in told] == ["failed"]
    assert "(NIGHTLY --fill-gaps, shard 1/8), exit 1: so it was" in told[0][1]
    assert find() == []


def test_a_run_that_began_late_is_late(find: Find, past: RunHistory, engine: Engine) -> None:
    past.good_day()
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE pay_jobs.job_runs SET started_on = started_on + interval '1 hour',"
                 " finished_on = finished_on + interval '1 hour' WHERE job = 'NIGHTLY' AND started_on > '2026-11-19'")
        )  # fmt: skip

    assert find() == [("late", "NIGHTLY: the run of 2026-11-19 08:01 UTC began 60 minutes late")]


def test_a_run_whose_process_vanished_is_lost(find: Find, past: RunHistory, engine: Engine) -> None:
    past.good_day()
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE pay_jobs.job_runs SET status = 'running', finished_on = NULL WHERE job = 'NIGHTLY'"
                 " AND started_on > '2026-11-19'")
        )  # fmt: skip

    assert {kind for kind, _ in find()} == {"lost"}


@pytest.mark.parametrize(("minutes", "expected"), [(15, []), (40, ["missing"])])
def test_a_hole_in_the_polls_is_told_once_it_is_longer_than_the_tolerance(
    find: Find, past: RunHistory, engine: Engine, minutes: int, expected: list[str]
) -> None:
    past.good_day()
    with engine.begin() as connection:
        connection.execute(
            text("DELETE FROM pay_jobs.job_runs WHERE job = 'POLL' AND started_on >= '2026-11-19 16:00+00'"
                 " AND started_on < timestamptz '2026-11-19 16:00+00' + make_interval(mins => :minutes)"),
            {"minutes": minutes},
        )  # fmt: skip

    assert [kind for kind, _ in find()] == expected


@pytest.mark.parametrize("hours", [26, 4])
def test_polls_left_out_because_one_took_long_are_not_missing_also_where_it_began_before_the_window(
    hours: int, find: Find, past: RunHistory, engine: Engine
) -> None:
    past.good_day()
    with engine.begin() as connection:
        connection.execute(
            text("DELETE FROM pay_jobs.job_runs WHERE job = 'POLL' AND started_on >= '2026-11-19 15:55+00'"
                 " AND started_on < '2026-11-19 16:50+00'")
        )  # fmt: skip
    past.run("POLL", datetime(2026, 11, 19, 15, 55, 5, tzinfo=UTC), minutes=53)

    assert find("--hours", str(hours)) == []


@pytest.mark.parametrize("status", ["failed", "interrupted"])
def test_polls_that_outlast_the_next_instant_and_then_fail_are_reported(
    find: Find, past: RunHistory, engine: Engine, status: str
) -> None:
    past.good_day()
    with engine.begin() as connection:
        connection.execute(
            text("DELETE FROM pay_jobs.job_runs WHERE job = 'POLL' AND started_on >= '2026-11-19 18:00+00'")
        )
    for minutes in range(0, 60, 15):
        past.run("POLL", datetime(2026, 11, 19, 18, 0, 5, tzinfo=UTC) + timedelta(minutes=minutes), status, minutes=14)

    [(kind, said)] = find()
    assert (kind, "2026-11-19 18:00 UTC to 2026-11-19 18:55 UTC" in said) == ("failed", True), said


def test_a_run_that_needs_attention_is_reported(find: Find, past: RunHistory) -> None:
    past.good_day()
    past.run("POLL", NOW - HOUR, "attention", command="POLL --file a.csv")

    [(kind, said)] = find()
    assert (kind, "needs attention: 2 things" in said) == ("attention", True)


def test_a_question_by_hand_and_what_was_so_before_are_no_alarm(find: Find, past: RunHistory) -> None:
    past.good_day()
    past.run("NIGHTLY", NOW - 3 * HOUR, "attention", command="NIGHTLY --gaps", by="hand:olive")
    past.run("POLL", NOW - 3 * HOUR, "attention", is_news=False)

    assert find() == []


def test_of_many_runs_that_need_attention_only_the_newest_is_reported(find: Find, past: RunHistory) -> None:
    past.good_day()
    for hours in (3, 2, 1):
        past.run("POLL", NOW - hours * HOUR, "attention")

    ((kind, said),) = find()
    assert (kind, said.partition(" needs")[2]) == ("attention", " attention: 2 things")


def test_a_check_of_the_clock_keeps_its_verdict_and_one_by_hand_leaves_no_run(
    find: Find, past: RunHistory, settings: pytest.MonkeyPatch, engine: Engine
) -> None:
    past.good_day()
    past.run("POLL", NOW - HOUR, "attention")
    find()
    settings.setenv("PAY_JOBS_TRIGGER", "cronjob")
    find("--tell")

    with engine.connect() as connection:
        (run,) = ledger.newest(connection, job="check")
        (reject,) = ledger.rejects_of(connection, run.id)
    assert (run.command, run.status, run.exit_code, run.triggered_by) == ("check --tell", "attention", 3, "cronjob")
    assert (reject.reason, reject.where, "invoke_jobs.py show" in reject.command) == ("attention", "POLL", True)


def test_a_check_of_the_clock_that_fails_is_a_failed_run(
    past: RunHistory, settings: pytest.MonkeyPatch, schedule: Path, engine: Engine
) -> None:
    past.good_day()
    settings.setenv("PAY_JOBS_TRIGGER", "cronjob")

    def broken(connection: Connection) -> list[tuple[str, datetime]]:
        return connection.execute(text("SELECT name, since FROM no_such_table")).all()  # type: ignore[return-value]

    assert check(schedule, "--tell", waiting=broken) != 0

    with engine.connect() as connection:
        (run,) = ledger.newest(connection, job="check")
    assert (run.status, run.exit_code, "no_such_table" in str(run.error)) == ("failed", 1, True)


def test_the_next_check_of_the_clock_marks_one_that_vanished(
    find: Find, past: RunHistory, settings: pytest.MonkeyPatch, engine: Engine
) -> None:
    past.good_day()
    past.run("check", NOW - HOUR, "running")
    settings.setenv("PAY_JOBS_TRIGGER", "cronjob")

    find("--tell")

    with engine.connect() as connection:
        assert [run.status for run in ledger.newest(connection, job="check")] == ["done", "lost"]


@pytest.mark.parametrize(
    ("looked_at", "told"),
    [(1, []),
     (3, ["no run at 2026-11-16 08:01 UTC"]),
     (4, ["no run at 2026-11-15 08:01 UTC to 2026-11-16 08:01 UTC, 2 times"]),
     (40, ["no run at 2026-11-14 08:01 UTC to 2026-11-16 08:01 UTC, 3 times"])],
)  # fmt: skip
def test_after_an_outage_the_clock_looks_as_far_back_as_its_last_check_did_and_no_further_than_a_month(
    looked_at: int, told: list[str], find: Find, past: RunHistory, settings: pytest.MonkeyPatch
) -> None:
    for days in (2, *range(6, 32), 50):
        past.run("NIGHTLY", NOW.replace(hour=8, minute=1, second=30) - timedelta(days=days))
    past.good_day()
    past.run("check", NOW - timedelta(days=looked_at))
    assert find() == [], "by hand it looks as far back as it is told to"

    settings.setenv("PAY_JOBS_TRIGGER", "cronjob")

    assert [said for _, said in find("--tell") if said.startswith("NIGHTLY")] == [f"NIGHTLY: {one}" for one in told]


@pytest.mark.parametrize("status", [None, "failed"])
def test_a_night_of_a_day_that_is_over_is_made_up_as_the_schedule_says_and_one_of_today_by_itself(
    status: str | None, find: Find, past: RunHistory, settings: pytest.MonkeyPatch, engine: Engine
) -> None:
    past.good_day()
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM pay_jobs.job_runs WHERE job = 'NIGHTLY'"))
    past.run("NIGHTLY", NOW - timedelta(days=3))
    for days in (1, 0):
        if status is not None:
            past.run("NIGHTLY", NOW.replace(hour=8, minute=1, second=30) - timedelta(days=days), status)
    settings.setenv("PAY_JOBS_TRIGGER", "cronjob")

    find("--hours", "48")

    with engine.connect() as connection:
        (run,) = ledger.newest(connection, job="check")
        commands = {one.command for one in ledger.rejects_of(connection, run.id) if one.where == "NIGHTLY"}
    made_up = "python3 invoke_jobs.py NIGHTLY --fill-gaps"
    assert made_up in commands
    (today,) = commands - {made_up}
    assert "invoke_jobs.py show" in today if status else today == "python3 invoke_jobs.py NIGHTLY"


def figures(printed: str) -> dict[tuple[str, ...], float]:
    """Return Prometheus text as figures by name and labels, read by Prometheus' own parser."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(printed)
        for sample in family.samples
    }


def test_figures_for_prometheus_are_of_runs_files_and_the_outbox(
    past: RunHistory, schedule: Path, settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def money(_connection: object, _now: object) -> list[MetricSample]:
        return [MetricSample("stuck_cad", "Money.", Decimal("12.50"), {"method": 'P"AD'})]

    past.run("NIGHTLY", NOW - 2 * HOUR)
    past.file("PAY_20261119.csv", "2026-11-19", NOW - HOUR, "held")
    cli = check_cli(probes=[money])

    code = main(cli, ["check", "--file", str(schedule), "--metrics", "-"])
    found = figures(capsys.readouterr().out)
    main(cli, ["check", "--file", str(schedule), "--metrics", str(tmp_path / "pay_jobs.prom")])

    assert code == 3
    assert found["pay_jobs_last_success_age_seconds", "NIGHTLY"] == 2 * 3600 - 60
    assert found["pay_jobs_files", "CAS", "held"] == 1
    assert found["pay_jobs_outbox_messages", "dead"] == found["pay_jobs_outbox_messages", "pending"] == 0
    assert found["pay_jobs_outbox_oldest_age_seconds", "dead"] == 0
    assert found["pay_jobs_stuck_cad", 'P"AD'] == Decimal("12.50")
    assert found["pay_jobs_check_findings",] >= 1
    assert figures((tmp_path / "pay_jobs.prom").read_text()) == found
    assert "Not as it should be" in capsys.readouterr().out


def test_figures_and_json_do_not_share_stdout(settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    cli = click.Group(commands={"check": check_command([], answer_probes={})})

    assert main(cli, ["check", "--metrics", "-", "--json"]) == 2
    assert main(cli, ["check", "--metrics", "/proc/figures.prom"]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_a_file_that_did_not_come_is_missing_and_one_that_came_late_is_late(
    find: Find, past: RunHistory, engine: Engine
) -> None:
    past.good_day()
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM pay_jobs.inbound_files WHERE business_date = '2026-11-19'"))

    missing = find()
    past.file("PAY_20261119.csv", "2026-11-19", datetime(2026, 11, 19, 19, 30, tzinfo=UTC))

    assert missing == [("missing", "the settlement file: none for 2026-11-19")]
    assert find() == [("late", "the settlement file: PAY_20261119.csv came 90 minutes late")]


def test_a_file_that_a_person_put_aside_is_not_the_file_of_its_day(
    find: Find, past: RunHistory, engine: Engine
) -> None:
    past.good_day()
    with engine.begin() as connection:
        connection.execute(text("UPDATE pay_jobs.inbound_files SET state = 'ignored' WHERE name LIKE '%20261119%'"))
    assert find() == [("missing", "the settlement file: none for 2026-11-19")]

    past.file("PAY_20261119.csv", "2026-11-19", NOW - 4 * HOUR)

    assert find() == []


@pytest.mark.parametrize(("rows", "is_missed"), [(2, True), (0, False)])
def test_a_file_with_the_rows_of_another_day_is_not_the_file_of_its_day(
    rows: int, is_missed: bool, find: Find, past: RunHistory, engine: Engine
) -> None:
    past.good_day()
    with engine.begin() as connection:
        connection.execute(text("UPDATE pay_jobs.inbound_files SET sha256 = repeat('a', 64)"))
        connection.execute(text("UPDATE pay_jobs.inbound_files SET state = 'known' WHERE name LIKE '%20261119%'"))
        connection.execute(
            text(
                "INSERT INTO pay_jobs.settlement_figures (file_id, on_weekday, rows, amount, frozen, bounced,"
                " repeated, misdated, rejected) SELECT id, true, :rows, 0, 0, 0, 0, 0, 0 FROM pay_jobs.inbound_files"
            ),
            {"rows": rows},
        )

    assert find() == [("missing", "the settlement file: none for 2026-11-19")] * is_missed


def test_a_file_of_an_entry_that_is_not_enabled_is_not_missed(
    find: Find, past: RunHistory, engine: Engine, schedule: Path
) -> None:
    past.good_day()
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM pay_jobs.inbound_files WHERE business_date = '2026-11-19'"))
    off = schedule.read_text(encoding="utf-8").replace("deadline: 1h", "deadline: 1h, enabled: false")
    schedule.write_text(off, encoding="utf-8")

    assert find() == []


def test_a_file_that_its_sender_left_empty_is_told_once_its_time_is_over(find: Find, past: RunHistory) -> None:
    past.good_day()
    past.unfinished("PAY_20261120.csv", polls=2, minutes=30)
    past.unfinished("PAY_20261121.csv", polls=3, minutes=5)
    assert find() == []
    past.unfinished("PAY_20261122.csv", polls=3, minutes=10)
    assert [kind for kind, _ in find()] == ["unfinished"]


def test_an_unfinished_file_is_told_with_its_size_where_the_server_says_one(find: Find, past: RunHistory) -> None:
    past.good_day()
    for name, size in (("PAY_A.csv", UNSAID), ("PAY_B.csv", 1), ("PAY_C.csv", 2000)):
        past.unfinished(name, polls=3, minutes=10, size=size)
    told = [detail.rpartition(" UTC ")[2] for _, detail in find()]
    assert told == [
        "(of no known size)",
        "(1 byte)",
        "(2,000 bytes)",
    ]


def test_a_file_that_waits_for_a_person_is_held_however_old_it_is(find: Find, past: RunHistory) -> None:
    past.good_day()
    past.file("PAY_20251103.csv", "2025-11-03", NOW - timedelta(days=300), "held")

    assert [kind for kind, _ in find()] == ["held"]


def test_a_file_that_arrived_but_was_not_applied_is_reported(find: Find, past: RunHistory, engine: Engine) -> None:
    past.good_day()
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE pay_jobs.inbound_files SET state = 'received' WHERE business_date = '2026-11-19'")
        )

    [(kind, said)] = find()
    assert (kind, said.endswith("received")) == ("late", True)


def test_a_batch_without_an_answer_is_missing_after_business_days_and_not_after_a_weekend(
    find: Find, past: RunHistory
) -> None:
    past.good_day()
    monday, wednesday = (datetime(2026, 11, day, 3, tzinfo=UTC) for day in (17, 19))  # in the evening in Vancouver

    found = find(waiting=lambda _: [("batch 1", monday), ("batch 2", wednesday)])

    assert found == [("missing", "the answer: batch 1 waits for 2 business days")]


def test_an_awaited_answer_that_nobody_can_look_for_is_found_beside_what_else_is_missing(
    find: Find, past: RunHistory, schedule: Path
) -> None:
    past.good_day()
    past.file("PAY_20261117.csv", "2026-11-17", NOW - 24 * HOUR, "held")
    schedule.write_text(schedule.read_text(encoding="utf-8").replace("the answer", "a letter"), encoding="utf-8")

    held, unknown = find()

    assert held[0] == "held"
    assert unknown == ("missing", "a letter: nothing here can look for it; this installation knows the answer")


def test_people_and_their_monitor_are_told_what_is_missing_once_an_hour(
    find: Find, past: RunHistory, settings: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    past.good_day()
    past.run("POLL", NOW - HOUR, "attention", command="POLL --file a.csv")
    settings.setenv("NOTICE_WEBHOOK_URL", (tmp_path / "notices").as_uri())
    with monitoring() as monitor:
        settings.setenv("PAY_JOBS_PINGS", f"check={monitor.url}")
        find()
        find("--tell")
        find("--tell")

    [notice] = [json.loads(path.read_text())["text"] for path in (tmp_path / "notices").iterdir()]
    assert notice.startswith("check: 1 not as they should be\nattention: POLL: run ")
    assert monitor.signals() == ["/uuid/start", "/uuid/fail"] * 2


def test_the_dead_mans_switch_hears_start_and_success_or_failure(find: Find, past: RunHistory) -> None:
    past.good_day()
    with monitoring() as monitor:
        find("--ping", monitor.url)
        past.run("POLL", NOW - HOUR, "attention", command="POLL --file a.csv")
        find("--ping", monitor.url)

    assert monitor.signals() == ["/uuid/start", "/uuid", "/uuid/start", "/uuid/fail"]
    assert "attention: POLL" in monitor.received[-1][2]


def test_hostile_text_in_a_finding_is_told_before_it_is_shown_and_silences_nobody(
    past: RunHistory, schedule: Path, settings: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class BrokenScreen(io.StringIO):
        def write(self, _text: str, /) -> int:
            told.append(len(list(folder.glob("*.json"))))
            raise ValueError("this screen shows nothing")

    told: list[int] = []
    folder = tmp_path / "notices"
    past.good_day()
    past.file("[/x]\x1b[2J.csv", "2026-11-19", NOW - HOUR, "held")
    settings.setenv("NOTICE_WEBHOOK_URL", folder.as_uri())
    settings.setattr("sys.stdout", BrokenScreen())
    cli = check_cli()

    code = main(cli, ["check", "--tell", "--file", str(schedule)])

    [notice] = [json.loads(path.read_text())["text"] for path in folder.iterdir()]
    assert (code, told[:1]) == (3, [1])
    assert "[/x]\\x1b[2J.csv: because" in notice


def test_a_run_far_longer_than_usual_is_reported(past: RunHistory, find: Find) -> None:
    past.good_day()
    past.run("NIGHTLY", NOW - timedelta(hours=11), minutes=50)
    for age in range(1, 21):
        past.run("NIGHTLY", NOW - timedelta(days=age, hours=11), minutes=6)

    [told] = [said for kind, said in find() if kind == "longer"]
    assert "took 50 min 0 s; 6 min 0 s is usual for the longest of a day" in told
