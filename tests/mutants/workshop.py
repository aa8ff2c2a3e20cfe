"""The process that tries the mutants of one package; started by tests/mutants/trial.py, one order a line.

    python -m tests.mutants.workshop tasks/pad_reconcile FOLDER

It has two processes from which it forks a child a mutant. The bench has collected the tests and imported the project: a
mutant of a function or a statement is put into its child as it is. What changes an import is tried in a child of this
process, which has imported libraries only. All children use one database, one CFS, one bucket, one after the other.
"""

import ctypes
import gc
import importlib
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import pytest

from tests.mutants.mutant import ROOT
from tests.mutants.putting_in import Functions, functions_of, put_in, put_in_before_import

LIVED, KILLED, CHANGES_AN_IMPORT = "lived", "killed", "changes an import"
_OURS = {path.stem for path in ROOT.iterdir() if path.suffix == ".py" or path.is_dir()}
_SECONDS_MORE, _TIMES_AS_LONG = 20, 10
_PR_SET_PDEATHSIG = 1
_IMPORTED_BEFORE = "ignore::pytest.PytestAssertRewriteWarning"
_EXIT = {0: LIVED, 9: CHANGES_AN_IMPORT}


@dataclass(frozen=True)
class Order:
    """A file with one change, and the tests that are to notice it, with the seconds that each takes unchanged."""

    file: str
    content: str
    tests: dict[str, float]


def main() -> None:
    """Carry out orders until there are no more."""
    _end_with_parent()
    package, tests, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    orders, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    with Path(os.devnull).open("rb") as nothing, (folder / "log").open("ab") as log:
        os.dup2(nothing.fileno(), 0)
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    bench = _Bench(package, tests, folder)
    _import_all(bench.answer["modules"], lambda name: name.partition(".")[0] not in _OURS)
    print(json.dumps({"ready": True}), file=answers, flush=True)
    for line in orders:
        answer = bench.ask(line)
        if answer["fate"] == CHANGES_AN_IMPORT:
            order = Order(**json.loads(line))
            answer = _in_child(partial(_try_from_import, order, folder, bench.answer), folder)
        print(json.dumps(answer), file=answers, flush=True)
    bench.end()


class _Bench:
    """The process that has everything imported, with the ends of the pipes to it."""

    def __init__(self, package: str, tests: str, folder: Path) -> None:
        their_orders, our_orders = os.pipe()
        our_answers, their_answers = os.pipe()
        self._pid = os.fork()
        if not self._pid:
            _end_with_parent()
            os.close(our_orders)
            os.close(our_answers)
            plugin = _Serving(package, folder, os.fdopen(their_orders), os.fdopen(their_answers, "w"))
            code = pytest.main([*_words(folder), "-m", "not slow", tests], plugins=[plugin])
            sys.exit(int(code))  # what was started ends
        os.close(their_orders)
        os.close(their_answers)
        self._orders, self._answers = os.fdopen(our_orders, "w"), os.fdopen(our_answers)
        self.answer: dict[str, Any] = json.loads(self._answers.readline())

    def ask(self, order: str) -> dict[str, Any]:
        """Return the answer to an order."""
        self._orders.write(order)
        self._orders.flush()
        answer: dict[str, Any] = json.loads(self._answers.readline())
        return answer

    def end(self) -> None:
        """Let it end."""
        self._orders.close()
        os.waitpid(self._pid, 0)


@dataclass(eq=False)
class _Serving:
    """A plugin of pytest: in place of the tests it carries out orders, each in a child of this process."""

    package: str
    folder: Path
    orders: IO[str]
    answers: IO[str]
    failed: list[str] = field(default_factory=list)
    given: dict[str, Any] = field(default_factory=dict)
    functions: Functions = field(default_factory=dict)

    def pytest_configure(self) -> None:
        _without_shrinking()

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Carry out orders until there are no more."""

        assert not session.testsfailed, "the tests cannot be collected"
        items = {item.nodeid: item for item in session.items}
        parts = self._start({name for item in session.items for name in getattr(item, "fixturenames", ())})
        reach = self.folder / "reach.json"
        _in_child(lambda _heard: self._find_reach(list(items.values()), reach), self.folder)
        _import_all(json.loads(reach.read_text("utf-8"))["modules"], lambda _name: True)
        self._answer(parts | {"modules": list(sys.modules)})
        self.functions = functions_of(self.package)
        gc.collect()
        gc.freeze()
        for line in self.orders:
            order = Order(**json.loads(line))
            answer = _in_child(partial(self._try, order, items), self.folder)
            if answer["by"] == "time" and self._database:
                self._database.create_again()
            self._answer(answer)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Any:
        """Return what is there already."""
        if (given := self.given.get(fixturedef.argname)) is not None:
            fixturedef.cached_result = (given, fixturedef.cache_key(request), None)
        return given

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test that fails."""
        if report.failed:
            self.failed.append(report.nodeid)

    @property
    def _database(self) -> Any:
        return self.given.get("shared_database")

    def _start(self, used: set[str]) -> dict[str, str]:
        """Start what these fixtures need, and return where it is."""
        from tests import cfs_fixtures, storage_fixtures

        parts = {"folder": str(storage_fixtures.storage_folder())}
        if "template" in used:
            self.given = _database()
            parts["template"] = self.given["template"]
        if used & {"store", "faulty_place", "sftp_place"}:
            storage_fixtures.sftp_part()
            storage_fixtures.object_store_part()
        if "cfs" in used:
            parts["cfs"] = cfs_fixtures.running_cfs().base_url
        return parts

    def _answer(self, answer: dict[str, Any]) -> None:
        print(json.dumps(answer), file=self.answers, flush=True)

    def _try(self, order: Order, items: dict[str, pytest.Item], heard: Path) -> int:
        if not put_in(order.file, order.content, self.functions):
            return 9
        if self._database:
            self._database.reconnect()
        for item, after in _with_next([items[name] for name in order.tests]):
            heard.write_text(item.nodeid)
            signal.alarm(int(_SECONDS_MORE + _TIMES_AS_LONG * order.tests[item.nodeid]))
            _run(item, after)
            if self.failed:
                return 1
        return 0

    def _find_reach(self, items: list[pytest.Item], written: Path) -> int:
        from tests.mutants.reach import Listener

        if self._database:
            self._database.reconnect()
        listener = Listener(self.package)
        for item, after in _with_next(items):
            with listener.listening_to(item.nodeid):
                _run(item, after)
        listener.write(written, self.failed)
        return 0


def _try_from_import(order: Order, folder: Path, parts: dict[str, str], heard: Path) -> int:
    """Return what pytest says about a mutant in a process that imports the project with it."""
    heard.write_text("import")
    signal.alarm(int(3 * _SECONDS_MORE + _TIMES_AS_LONG * sum(order.tests.values())))
    put_in_before_import(order.file, order.content)
    code = pytest.main(
        [*_words(folder), "-x", "-W", _IMPORTED_BEFORE, *order.tests], plugins=[_FromImport(parts, heard)]
    )
    return 0 if code == 0 else 1


@dataclass(eq=False)
class _FromImport:
    """A plugin of pytest that lets the tests use what runs already."""

    parts: dict[str, str]
    heard: Path

    def pytest_configure(self) -> None:
        _without_shrinking()

    def pytest_collection_finish(self) -> None:
        """Join the parts that run."""
        from sandbox.cfs.process import CfsAdmin, RunningCfs
        from tests import cfs_fixtures, storage_fixtures

        if address := self.parts.get("cfs"):
            running = RunningCfs(address, CfsAdmin(address), None)  # type: ignore[arg-type]
            cfs_fixtures.running_cfs = lambda: running  # type: ignore[assignment]
        storage_fixtures.storage_folder = lambda: Path(self.parts["folder"])  # type: ignore[assignment]

    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Any:
        """Return the template that is there."""
        if fixturedef.argname != "template":
            return None
        fixturedef.cached_result = (self.parts["template"], fixturedef.cache_key(request), None)
        return self.parts["template"]

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Note which test runs."""
        self.heard.write_text(nodeid)


def _words(folder: Path) -> list[str]:
    quiet = ["-p", "no:cacheprovider", "--tb=native", "--show-capture=no", "--basetemp", str(folder / "tmp")]
    return ["-q", "--hypothesis-seed=0", *quiet]


def _without_shrinking() -> None:
    """Let a property end at its first example that fails: nobody reads it."""
    import hypothesis

    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile("mutants", phases=phases, database=None)
    hypothesis.settings.load_profile("mutants")


def _with_next(items: list[pytest.Item]) -> Iterator[tuple[pytest.Item, pytest.Item]]:
    """Return each test with the next one; the last with itself, as what tests share ends with the process."""
    return zip(items, [*items[1:], items[-1]], strict=True)


def _run(item: pytest.Item, after: pytest.Item) -> None:
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)


def _database() -> dict[str, Any]:
    """Return the fixtures around the pay database of all mutants, with no connection to it."""
    from sandbox.up import prepare_pay_database, upgrade
    from tests.pay_database import DatabaseServer, SharedDatabase

    before, _, query = os.environ["TEST_DATABASE_URL"].partition("?")
    server = DatabaseServer(lambda name: f"{before.rpartition('/')[0]}/{name}?{query}")
    template = f"template_{uuid4().hex[:8]}"
    address = server.create(template)
    prepare_pay_database(address, None)
    upgrade(address)
    database = SharedDatabase(server, template)
    database.close()
    return {"server": server, "template": template, "shared_database": database}


def _end_with_parent() -> None:
    """Let this process be killed when the one that started it is gone."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _import_all(names: list[str], wanted: Callable[[str], bool]) -> None:
    """Import what children would import one by one."""
    for name in names:
        if wanted(name) and name not in sys.modules:
            with suppress(Exception):
                importlib.import_module(name)


def _in_child(work: Callable[[Path], int], folder: Path) -> dict[str, Any]:
    """Return what became of a mutant in a child of this process, and by which test."""
    heard = folder / f"heard-{os.getpid()}"
    heard.write_text("")
    child = os.fork()
    if not child:
        _end_with_parent()
        code = 1
        try:
            code = work(heard)
        except Exception:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    begun = time.monotonic()
    _, status = os.waitpid(child, 0)
    ended = os.waitstatus_to_exitcode(status)
    by = "time" if ended < 0 else heard.read_text()
    return {"fate": _EXIT.get(ended, KILLED), "by": by, "seconds": round(time.monotonic() - begun, 2)}


if __name__ == "__main__":
    main()
