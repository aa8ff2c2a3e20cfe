"""`artifacts`: what runs put into the object store for people: list it, fetch it."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click

from config.business_time import local_and_utc
from config.errors import UsageError
from config.plurals import counted
from config.settings import ObjectStoreSettings, read
from connectors.object_store import ObjectStore
from jobs.commands.ledger_commands import find_run
from jobs.commands.pay_database import pay_connection
from jobs.commands.whole_help import WholeHelpGroup
from jobs.files_for_people import artifact_name, why_not_writable, write_whole, written
from jobs.parameters import ROW_ID, json_option, sandbox_option
from jobs.run import ledger
from jobs.run.ledger import Run
from jobs.run.outcome import Table
from jobs.run.result import print_json
from jobs.terminal import say, show_table

TO_STDOUT = "-"


@click.group("artifacts", cls=WholeHelpGroup)
def artifacts() -> None:
    """Files that runs put into the object store for people: list, get."""


@artifacts.command("list")
@click.argument("run_id", metavar="[RUN]", required=False, type=ROW_ID)
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="How many runs.")
@json_option
@sandbox_option
def list_stored(*, run_id: int | None, limit: int, as_json: bool, sandbox: bool) -> None:
    """Show what runs stored, the newest first.

    Examples:

      python3 invoke_jobs.py artifacts list

      python3 invoke_jobs.py artifacts list 42
    """
    with pay_connection("artifacts list", sandbox=sandbox) as connection:
        runs = (
            [find_run(connection, run_id, shown_by="artifacts list")]
            if run_id
            else ledger.newest(connection, stored_something=True, limit=limit)
        )
    if as_json:
        rows = [{"run": run.id, "job": run.job, "stored_as": key} for run in runs for key in run.artifacts]
        print_json("artifacts list", {"artifacts": rows})
        return
    if not any(run.artifacts for run in runs):
        say(f"Run {run_id} stored nothing." if run_id else "No run has stored anything.")
        return
    shown = [(run.id, run.command, local_and_utc(run.started_on), key) for run in runs for key in run.artifacts]
    show_table(Table("Stored by runs", ("run", "command", "started", "stored as"), shown), most=None)
    say(f"To fetch them: python3 invoke_jobs.py artifacts get {runs[0].id}")


@artifacts.command("get")
@click.argument("run_id", metavar="RUN", type=ROW_ID)
@click.argument("name", required=False)
@click.option("--to", help="The folder; - for stdout. Default: this folder, or /tmp where this one is read-only.")
@sandbox_option
def get(*, run_id: int, name: str | None, to: str | None, sandbox: bool) -> None:
    """Fetch what a run stored: all of it, or the one file of that name.

    Examples:

      python3 invoke_jobs.py artifacts get 42 --to /tmp

      oc exec deployment/operator -- python3 invoke_jobs.py artifacts get 42 stuck.html --to - > stuck.html
    """
    with pay_connection("artifacts get", sandbox=sandbox) as connection:
        keys = _chosen(find_run(connection, run_id, shown_by="artifacts list"), name)
    with closing(ObjectStore(read(ObjectStoreSettings))) as store:
        if to == TO_STDOUT:
            _to_stdout(store, keys)
        else:
            _to_folder(store, keys, Path(to) if to else _default_folder())


def _chosen(run: Run, name: str | None) -> list[str]:
    """Return the keys that are asked for. Raises UsageError where there are none."""
    keys = [key for key in run.artifacts if name is None or artifact_name(key) == name]
    if keys:
        return keys
    names = ", ".join(map(artifact_name, run.artifacts))
    raise UsageError(f"Run {run.id} stored {f'no {name}: it stored {names}' if names else 'nothing'}.")


def _to_stdout(store: ObjectStore, keys: list[str]) -> None:
    if len(keys) > 1:
        names = ", ".join(map(artifact_name, keys))
        raise UsageError(f"Only one file goes to stdout; name one of the {len(keys)}: {names}.")
    with closing(store.read(keys[0])) as chunks:
        for chunk in chunks:
            sys.stdout.buffer.write(chunk)


def _to_folder(store: ObjectStore, keys: list[str], folder: Path) -> None:
    for key, path in _placed(keys, folder):
        problem = why_not_writable(path)
        if problem is not None:
            raise UsageError(problem)
        write_whole(path, lambda part, key=key: _copy(store, key, part))  # type: ignore[misc]
        say(written(path))
    say(f"{counted(len(keys), 'file')} fetched.")


def _placed(keys: list[str], folder: Path) -> Iterator[tuple[str, Path]]:
    """Return each key with the file it becomes; names that come twice are told apart."""
    taken: set[str] = set()
    for number, key in enumerate(keys, 1):
        name = artifact_name(key) if artifact_name(key) not in taken else f"{number}-{artifact_name(key)}"
        taken.add(name)
        yield key, folder / name


def _copy(store: ObjectStore, key: str, path: Path) -> None:
    with path.open("wb") as out, closing(store.read(key)) as chunks:
        for chunk in chunks:
            out.write(chunk)


def _default_folder() -> Path:
    here = Path()
    return here if why_not_writable(here / "artifact") is None else Path(tempfile.gettempdir())
