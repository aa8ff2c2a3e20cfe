"""A scheduler in a process of its own, whose time runs faster, with probe jobs that do what their arguments say.

Run as a program it is that scheduler. It says that it is loaded, and starts when it is told at which second of the
machine the schedule's time begins, so that a busy machine does not eat into that time.
"""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import psycopg2

from tests.probe_entry import NAMES
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parent.parent
PROBE_ENTRY = ROOT / "tests" / "probe_entry.py"
BEAT_SECONDS = 0.3

JOB = """
  {name}:
    cron: "{cron}"
    zone: {zone}
    arguments: [{arguments}]
    deadline: {deadline}
    missed: {missed}
    retries: {retries}
    resources: {{cpu: 100m, memory: 64Mi}}
"""
REST = """
cluster:
  namespace: here
  image: pay-jobs:1
  keys_secret: keys
  egress: [{what: nothing, cidr: 192.0.2.1/32, port: 1}]
  scheduler: {drain: 20s}
  backfill: {job: PROBE, shards: 1, parallelism: 1}
"""


@dataclass(frozen=True)
class FastClock:
    """Schedule time that began at `start` when the machine's clock showed `machine`, and runs `speed` times as fast."""

    start: datetime
    machine: datetime
    speed: float

    def now(self) -> datetime:
        return self.start + (datetime.now(UTC) - self.machine) * self.speed

    def machine_time(self, instant: datetime) -> datetime:
        return self.machine + (instant - self.start) / self.speed

    def machine_seconds(self, length: timedelta) -> float:
        return length.total_seconds() / self.speed


@dataclass
class SchedulerBench:
    """Schedulers on one database, and what they did."""

    database_url: str
    folder: Path
    speed: float = 600
    start: datetime = datetime(2027, 3, 1, 12, tzinfo=UTC)
    machine: datetime | None = None
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def begin(self, start: datetime, speed: float) -> None:
        """Let schedule time begin anew with the next scheduler."""
        self.start, self.speed, self.machine = start, speed, None

    def schedule(self, **jobs: str) -> Path:
        """Write a schedule; a job is `cron`, or `cron | name: value | ...`."""
        text = "jobs:"
        for name, said in jobs.items():
            cron, *more = [part.strip() for part in said.split("|")]
            values = {
                "zone": "UTC",
                "arguments": "",
                "deadline": "2h",
                "missed": "{run: latest, up_to: 9d}",
                "retries": "0",
            } | dict(part.split(": ", 1) for part in more)
            text += JOB.format(name=name, cron=cron, **values)
        path = self.folder / "schedule.yaml"
        path.write_text(text + REST, encoding="utf-8")
        return path

    def schedulers(self, schedule: Path, count: int = 1) -> list["SchedulerProcess"]:
        """Start schedulers and wait until they serve their health."""
        loaded = [self._load(schedule) for _ in range(count)]
        for one in loaded:
            wait_until(lambda one=one: "loaded" in one.log.read_text(), "the scheduler is loaded")
        self.machine = self.machine or datetime.now(UTC) + timedelta(seconds=0.5)
        for one in loaded:
            assert one.process.stdin is not None
            one.process.stdin.write(f"{self.machine.isoformat()}\n".encode())
            one.process.stdin.close()
            wait_until(lambda one=one: one.answer("/healthz") is not None, "the scheduler serves")
        return loaded

    def scheduler(self, schedule: Path) -> "SchedulerProcess":
        """Start one scheduler."""
        return self.schedulers(schedule)[0]

    def is_past(self, instant: datetime) -> bool:
        """Whether schedule time is past an instant."""
        assert self.machine is not None
        return FastClock(self.start, self.machine, self.speed).now() > instant

    def _load(self, schedule: Path) -> "SchedulerProcess":
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        words = [str(schedule), self.start.isoformat(), str(self.speed), str(port)]
        environment = {**os.environ, "DATABASE_URL": self.database_url, "PYTHONPATH": str(ROOT)}
        with (self.folder / f"scheduler-{port}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.scheduler_fixtures", *words],
                env=environment,
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        self.processes.append(process)
        return SchedulerProcess(process, port, Path(log.name))

    def query(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a statement."""
        connection = psycopg2.connect(self.database_url)
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, values)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.commit()
            connection.close()

    def claims(self, job: str = "PROBE") -> list[tuple[datetime, str, int | None, int]]:
        """Return what became of each scheduled instant: instant, state, exit code, attempts."""
        rows = self.query(
            "SELECT scheduled_for, state, exit_code, attempt FROM pay_jobs.scheduled_runs WHERE job = %s ORDER BY 1",
            job,
        )
        return [(instant.astimezone(UTC), *rest) for instant, *rest in rows]

    def runs(self, job: str = "PROBE") -> list[tuple[int, str]]:
        """Return id and status of each run in the ledger."""
        rows = self.query("SELECT id, status FROM pay_jobs.job_runs WHERE job = %s ORDER BY id", job)
        return [(row[0], row[1]) for row in rows]

    def child_pids(self, job: str = "PROBE") -> list[int]:
        """Return the processes that run a job now."""
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                try:
                    words = (folder / "cmdline").read_bytes().split(b"\0")
                    environment = (folder / "environ").read_bytes()
                except OSError:
                    continue
                ours = str(PROBE_ENTRY).encode() in words and self.database_url.encode() in environment
                if ours and job.encode() in words:
                    found.append(int(folder.name))
        return found

    def close(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()
        for job in NAMES:
            for pid in self.child_pids(job):
                os.kill(pid, signal.SIGKILL)


@dataclass(frozen=True)
class SchedulerProcess:
    """One scheduler process."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path

    def answer(self, path: str) -> tuple[int, str] | None:
        """Return status and text of one of its addresses, None if it does not answer."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as response:
                return response.status, response.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return None

    def stop(self) -> int:
        """Ask it to stop, and return its exit code."""
        self.process.terminate()
        return self.process.wait(60)

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()
        self.process.wait()


def fresh_bench(database_url: str, folder: Path) -> Iterator[SchedulerBench]:
    """Return schedulers on a database; whatever a test leaves running is ended."""
    made = SchedulerBench(database_url, folder)
    yield made
    made.close()


def _be_a_scheduler(schedule: str, start: str, speed: str, port: str) -> int:
    from config.schedule import read_schedule
    from jobs.run.context import system_clock
    from jobs.scheduler.process import run_scheduler

    print("loaded", flush=True)
    machine = datetime.fromisoformat(sys.stdin.readline().strip())
    return run_scheduler(
        read_schedule(None, Path(schedule)),
        NAMES,
        PROBE_ENTRY,
        address=("127.0.0.1", int(port)),
        clock=system_clock,
        timeline=FastClock(datetime.fromisoformat(start), machine, float(speed)),
        beat_seconds=BEAT_SECONDS,
    )


if __name__ == "__main__":
    sys.exit(_be_a_scheduler(*sys.argv[1:]))
