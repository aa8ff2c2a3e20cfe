"""Measure whole commands and SQL in turn, so that a comparison holds on a machine whose speed drifts."""

import compileall
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg2

from sandbox import postgres
from sandbox.demo_data import DemoSize
from sandbox.lifetime import ending_with_us
from sandbox.up import prepare_pay_database, upgrade

ROOT = Path(__file__).resolve().parent.parent
ENTRYPOINT = ROOT / "invoke_jobs.py"


@dataclass(frozen=True)
class MeasuredCommand:
    """One finished command, by the operating system's own accounting: seconds and MB of the process itself."""

    wall: float
    cpu: float
    peak_mb: float
    result: dict[str, Any]


def run_job(words: Sequence[str], environment: dict[str, str], limit: float | None = None) -> MeasuredCommand:
    """Run a command of invoke_jobs.py under --json and measure it.

    limit  seconds after which it is told to stop, as a Pod is
    Raises RuntimeError if it failed, TimeoutError if it was stopped.
    """
    compile_program()
    command = [sys.executable, str(ENTRYPOINT), *words, "--json"]
    began = time.perf_counter()
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    memory = _PeakMemory(process.pid)
    alarm = threading.Timer(limit, process.terminate) if limit else None
    if alarm:
        alarm.start()
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    if alarm and limit:
        alarm.cancel()
        if wall >= limit:
            raise TimeoutError(f"{' '.join(words)} was stopped after {limit:,.0f} s.")
    if process.returncode not in {0, 3}:
        raise RuntimeError(f"{' '.join(words)} ended with {process.returncode}: {output.decode()}")
    result = json.loads(output or b"{}")
    return MeasuredCommand(wall, usage.ru_utime + usage.ru_stime, memory.peak_mb, result)


@cache
def compile_program() -> None:
    """Compile the program, as its image does: a machine may be set to keep no bytecode."""
    for room in ROOT.glob("*/__init__.py"):
        compileall.compile_dir(room.parent, quiet=1)


@contextmanager
def pay_database(size: DemoSize | None = None) -> Iterator[str]:
    """Yield the address of a pay database on a server of its own: a demo of a size, or no rows but the code values."""
    with postgres.temporary_server() as server:
        address = postgres.create_database(server)
        prepare_pay_database(address, size)
        upgrade(address)
        yield address


@contextmanager
def running_parts(*parts: ModuleType) -> Iterator[tuple[Any, Path, dict[str, str]]]:
    """Yield a database server of its own, and the folder and the settings of parts of the sandbox that run beside it.

    The folder lies where PAY_JOBS_BENCHMARKS says, if it says anything.
    """
    with tempfile.TemporaryDirectory(dir=os.environ.get("PAY_JOBS_BENCHMARKS")) as folder, ExitStack() as running:
        home = Path(folder)
        running.enter_context(ending_with_us(home, delete=True))
        server = postgres.start(home / "postgres")
        running.callback(server.stop)
        environment = {"PUBSUB_PUBLISH_URL": (home / "events").as_uri(), "SFTP_SETTLE_SECONDS": "0"}
        for part in parts:
            started = part.start(home)
            running.callback(started.stop)
            environment |= started.environment()
        yield server, home, environment


class _PeakMemory(threading.Thread):
    """Watch a process's own high-water mark; what wait4 gives includes the parent it was forked from."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak_mb = 0.0
        self._status = Path(f"/proc/{pid}/status")
        self.start()

    def run(self) -> None:
        while True:
            try:
                lines = self._status.read_text(encoding="utf-8").splitlines()
            except (FileNotFoundError, ProcessLookupError):
                return
            marks = [line for line in lines if line.startswith("VmHWM")]
            if not marks:
                return
            self.peak_mb = max(self.peak_mb, int(marks[0].split()[1]) / 1024)
            time.sleep(0.02)


def run_sql(address: str, *statements: str) -> float:
    """Run statements in one transaction and return the seconds to its commit."""
    connection = psycopg2.connect(address, options="-c timezone=UTC")
    try:
        with connection.cursor() as cursor:
            began = time.perf_counter()
            for statement in statements:
                cursor.execute(statement)
            connection.commit()
            return time.perf_counter() - began
    finally:
        connection.close()


def script(name: str, **values: object) -> str:
    """Return the statements in sql/`name`.sql, with numbers and days for the {names} in them."""
    text = files(__package__).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
    return text.format(**values) if values else text


def maintain(address: str, *statements: str) -> None:
    """Run statements outside any transaction, between measurements."""
    connection = psycopg2.connect(address)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    finally:
        connection.close()


def median(values: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(values)


@dataclass(frozen=True)
class Figure:
    """One row of the table: what, how much, and what it must not exceed."""

    what: str
    value: str
    target: str = ""
    met: bool | None = None


def show(title: str, figures: Sequence[Figure]) -> None:
    """Print figures as a table in Markdown."""
    print(f"\n### {title}\n\n| figure | measured | target | |\n| --- | --- | --- | --- |")
    for figure in figures:
        mark = {True: "met", False: "**missed**", None: ""}[figure.met]
        print(f"| {figure.what} | {figure.value} | {figure.target} | {mark} |", flush=True)
