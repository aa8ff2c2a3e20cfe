"""Show how far a run is: a bar on a terminal, a log line every few seconds in a pod."""

import sys
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any

from config.visible import on_one_line

if TYPE_CHECKING:
    import rich.progress

_EVERY_SECONDS = 5.0


class Progress:
    """Steps done out of a total. `step` says what is being worked on now."""

    def __init__(self, log: Any, *, terminal: bool | None = None) -> None:
        self._log = log
        self._terminal = sys.stderr.isatty() if terminal is None else terminal
        self._total = 0
        self._done = 0
        self._what = ""
        self._began = time.monotonic()
        self._finished = threading.Event()
        self._bar: rich.progress.Progress | None = None
        self._bar_task: rich.progress.TaskID | None = None

    def __enter__(self) -> "Progress":
        if not self._terminal:
            threading.Thread(target=self._report, name="progress", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finished.set()
        if self._bar is not None:
            self._bar.stop()

    def begin(self, total: int, what: str = "") -> None:
        """Say how many steps there will be."""
        self._total, self._done, self._what = total, 0, what
        if self._terminal:
            if self._bar is None:
                self._bar = _bar()
                self._bar.start()
                self._bar_task = self._bar.add_task(on_one_line(what), total=total)
            elif self._bar_task is not None:
                self._bar.reset(self._bar_task, total=total, description=on_one_line(what))

    def step(self, what: str) -> None:
        """Say what is being worked on now."""
        self._what = what
        if self._bar is not None and self._bar_task is not None:
            self._bar.update(self._bar_task, description=on_one_line(what))

    def advance(self, steps: int = 1) -> None:
        """Say that steps are done."""
        self._done += steps
        if self._bar is not None and self._bar_task is not None:
            self._bar.update(self._bar_task, advance=steps)

    def _report(self) -> None:
        while not self._finished.wait(_EVERY_SECONDS):
            seconds = round(time.monotonic() - self._began, 1)
            self._log.info("run.progress", done=self._done, total=self._total, now=self._what, seconds=seconds)


def _bar() -> "rich.progress.Progress":
    """Return a bar that shows the names of files and the like as they are, not as markup."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    what = TextColumn("{task.description}", markup=False)
    return Progress(
        what, BarColumn(), TaskProgressColumn(), TimeRemainingColumn(), console=Console(stderr=True), transient=True
    )
