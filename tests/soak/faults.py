"""A job is struck at a point that the seed draws; run again until it is through, it ends as if nothing had been.

    kill      the process is gone at once
    stop      it stands still, its database sessions are ended, another run does the work, and it wakes
    postgres  the database server crashes and is started again
    s3        the object store is killed and started again
    sftp      the SFTP server is killed and started again

Half of the runs wait at their point until the fault has struck; the others go on, and are struck a moment later. A
server is back before the waiting run goes on, or only after it. Each kind strikes the jobs that know such a part.
"""

import os
import random
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP
from subprocess import Popen
from typing import Any

from sandbox import postgres
from tests.soak.world import FaultWorld

JOBS = {
    "GENERATE_STATEMENTS": (("2022-06-25",), ()),
    "PAD_RECONCILE": ((), ("cfs", "s3", "sftp")),
    "EJV_FEEDBACK_CHECK": ((), ("s3", "sftp")),
    "ROUTING_SLIP_RECREATE": ((), ("cfs",)),
    "STALE_INVOICE_REPORT": (("--as-of", "2022-06-27"), ("cfs", "s3")),
}
KINDS = ("kill", "stop", "postgres", "s3", "sftp")
_RUNS = 5
_PATIENCE_SECONDS = 120
_LONGEST_DELAY = 0.03
_LONGEST_OUTAGE = 0.6
_THROUGH, _LOCKED = (0, 3), 75
_RUN = re.compile(r"/run-\d+/")
_NEVER_SAID = ("Traceback", "fault of the program")


def strikes(job: str, kind: str) -> bool:
    """Whether a kind of fault can strike a job."""
    return kind in {"kill", "stop", "postgres", *JOBS[job][1]}


@dataclass
class StruckRun:
    """A run on its way to its point, and both ends of the talk with it."""

    process: "Popen[bytes]"
    hears: int
    tells: int

    def reached(self) -> str:
        """Wait for the point; return its name, or how many points there were where the run has ended before."""
        said = b""
        while not said.endswith(b"\n"):
            one = os.read(self.hears, 1)
            if not one:
                break
            said += one
        return said.decode().strip()

    def go_on(self) -> None:
        """Let a waiting run go on."""
        with suppress(BrokenPipeError):
            os.write(self.tells, b"!")

    def end(self) -> int:
        """Wait for the end of the run; return its exit code."""
        try:
            return self.process.wait(_PATIENCE_SECONDS)
        finally:
            self.process.kill()
            self.process.wait()
            os.close(self.hears)
            os.close(self.tells)


class FaultStories:
    """The stories of one job, on one world."""

    def __init__(self, world: FaultWorld, job: str) -> None:
        self.world, self.job = world, job
        self._words, self._parts = JOBS[job]
        self._log = world.folder / f"{job}.log"
        world.put_back()
        run = self._start(0, holds=False)
        counted = run.reached()
        assert run.end() in _THROUGH and counted.startswith("= "), self._said()
        self.points = int(counted.removeprefix("= "))
        self._expected = world.end_state()
        self._expected_objects = self._objects()

    def strike(self, kind: str, seed: int) -> str:
        """Let a fault strike and the job be run again; return where it struck.

        Raises AssertionError with the command that repeats it where the end is another than undisturbed.
        """
        draw = random.Random(f"{self.job} {kind} {seed}")
        at, holds = draw.randint(1, self.points), kind == "stop" or draw.random() < 0.5
        self.world.put_back()
        self._log.unlink(missing_ok=True)
        run = self._start(at, holds=holds)
        point = run.reached()
        story = f"{self.job} {kind} seed {seed}, {point or 'nowhere'} (point {at} of {self.points})"
        try:
            if not holds:
                time.sleep(draw.random() * _LONGEST_DELAY)
            getattr(self, f"_{kind}")(run, draw)
            self._run_until_through()
            found, objects = self.world.end_state(), self._objects()
            wrong = _differences(self._expected, found) + _differences(self._expected_objects, objects)
            wrong += [f"said {words!r}" for words in _NEVER_SAID if words in self._said()]
            assert not wrong, "\n".join(wrong)
        except (AssertionError, TimeoutError) as error:
            again = f"python -m tests.soak faults --job {self.job} --kind {kind} --seed {seed} --count 1"
            raise AssertionError(f"{story}\n{error}\nrepeat: {again}\n{self._said()[-2000:]}") from error
        return story

    def _kill(self, run: StruckRun, _draw: random.Random) -> None:
        run.process.send_signal(SIGKILL)
        run.end()

    def _stop(self, run: StruckRun, _draw: random.Random) -> None:
        run.process.send_signal(SIGSTOP)
        self.world.end_sessions()
        self._run_until_through()
        run.process.send_signal(SIGCONT)
        run.go_on()
        run.end()

    def _postgres(self, run: StruckRun, draw: random.Random) -> None:
        server = self.world.postgres
        self._outage(run, draw, lambda: postgres.crash(server), lambda: postgres.start_again(server))

    def _s3(self, run: StruckRun, draw: random.Random) -> None:
        self._outage(run, draw, self.world.store.stop, self.world.store.start_again)

    def _sftp(self, run: StruckRun, draw: random.Random) -> None:
        self._outage(run, draw, self.world.sftp.stop, self.world.sftp.start_again)

    def _outage(self, run: StruckRun, draw: random.Random, stop: Callable[[], None], start: Callable[[], None]) -> None:
        stop()
        if draw.random() < 0.5:
            run.go_on()
            time.sleep(draw.random() * _LONGEST_OUTAGE)
        start()
        run.go_on()
        run.end()

    def _run_until_through(self) -> None:
        """Run the job as its schedule would, until it says that it is through and nothing is left to tell."""
        codes: list[int] = []
        while len(codes) < _RUNS:
            self.world.let_time_pass()
            code = self.world.start(["invoke_jobs.py", self.job, *self._words], log=self._log).wait(_PATIENCE_SECONDS)
            codes.append(code)
            if code in _THROUGH and self.world.is_told():
                return
            if code == _LOCKED:
                time.sleep(0.3)
        raise AssertionError(f"not through after {_RUNS} runs: exit codes {codes}")

    def _start(self, at: int, *, holds: bool) -> StruckRun:
        hears, told = os.pipe()
        heard, tells = os.pipe()
        talk = [str(told), str(heard), str(at), "holds" if holds else "goes on", ",".join(self._parts)]
        command = ["-m", "tests.soak.struck", *talk, self.job, *self._words]
        process = self.world.start(command, log=self._log, pass_fds=(told, heard))
        os.close(told)
        os.close(heard)
        return StruckRun(process, hears, tells)

    def _objects(self) -> dict[str, Any]:
        """Return what is kept in the bucket; a report that several runs made counts once, in any size."""
        kept = self.world.stored()
        files = {f"{key} {size}" for key, size in kept.items() if not _RUN.search(key)}
        return {"objects": sorted(files | {_RUN.sub("/run/", key) for key in kept if _RUN.search(key)})}

    def _said(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""


def _differences(expected: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """Return where two ends differ, with the first rows of each."""
    told = []
    for name in sorted(expected.keys() | found.keys()):
        before, after = expected.get(name, []), found.get(name, [])
        if before != after:
            missing = [one for one in before if one not in after][:3]
            more = [one for one in after if one not in before][:3]
            told.append(f"{name}: {len(before)} expected, {len(after)} found\n  missing {missing}\n  more {more}")
    return told


def run_faults(folder: Path, *, jobs: list[str], kinds: list[str], seed: int, count: int) -> int:
    """Strike each job with each kind that often; return how many went wrong."""
    world = FaultWorld(folder)
    wrong = 0
    try:
        for job in jobs:
            faults = FaultStories(world, job)
            for kind in (one for one in kinds if strikes(job, one)):
                wrong += _of_one_kind(faults, kind, seed, count)
    finally:
        world.stop()
    return wrong


def _of_one_kind(faults: FaultStories, kind: str, seed: int, count: int) -> int:
    wrong, began = 0, time.monotonic()
    for one in range(seed, seed + count):
        try:
            faults.strike(kind, one)
        except AssertionError as error:
            wrong += 1
            print(f"WRONG {error}", flush=True)
    print(f"{faults.job} {kind}: {count} faults, {wrong} wrong, {time.monotonic() - began:.0f} s", flush=True)
    return wrong
