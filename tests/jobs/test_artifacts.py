"""What a run stored is listed and fetched by one command."""

from collections.abc import Callable
from pathlib import Path

import click
import pytest

from connectors.object_store import ObjectStore
from jobs.commands.artifacts_commands import artifacts
from jobs.commands.cli import main
from jobs.run.outcome import Outcome
from tests.jobs.conftest import RunJob, job_that
from tests.storage_fixtures import object_store_settings, store

__all__ = ["store"]
KEYS = ["reports/1/stuck.html", "reports/2/stuck.html", "reports/2/..", "reports/2/stuck.csv"]
Type = Callable[..., tuple[int, str, str]]


@pytest.fixture
def typed(settings: pytest.MonkeyPatch, store: ObjectStore, capfd: pytest.CaptureFixture[str]) -> Type:
    place = object_store_settings()
    settings.setenv("MINIO_ENDPOINT", place.endpoint)
    settings.setenv("MINIO_ACCESS_KEY", place.access_key.get_secret_value())
    settings.setenv("MINIO_ACCESS_SECRET", place.secret_key.get_secret_value())
    settings.setenv("FTP_POLLER_BUCKET_NAME", place.bucket)
    settings.setenv("MINIO_SECURE", "false")
    cli = click.Group(commands={"artifacts": artifacts})

    def run(*words: object) -> tuple[int, str, str]:
        capfd.readouterr()
        code = main(cli, ["artifacts", *map(str, words)])
        said = capfd.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def stored(run_job: RunJob, store: ObjectStore) -> int:
    """The id of a run that stored files; two have the same name, one has none that is plain."""
    for key in KEYS:
        store.put(key.replace("..", "%2e%2e"), [key.encode()])
    keys = [key.replace("..", "%2e%2e") for key in KEYS]
    result = run_job(job_that(lambda *_: Outcome(artifacts=keys)))
    assert result.run_id is not None
    return result.run_id


def test_list_names_what_each_run_stored_and_how_to_fetch_it(typed: Type, stored: int) -> None:
    _, said, _ = typed("list")

    assert KEYS[0] in said
    assert f"python3 invoke_jobs.py artifacts get {stored}" in said


def test_get_fetches_everything_and_overwrites_nothing_of_its_own(typed: Type, stored: int, tmp_path: Path) -> None:
    code, said, _ = typed("get", stored, "--to", tmp_path)

    assert (code, said.splitlines()[-1]) == (0, "4 files fetched.")
    found = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert (found["stuck.html"], found["2-stuck.html"], found["stuck.csv"]) == (KEYS[0], KEYS[1], KEYS[3])


def test_one_file_goes_to_stdout_and_nothing_beside_it(typed: Type, stored: int) -> None:
    assert typed("get", stored, "stuck.csv", "--to", "-") == (0, KEYS[3], "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("no.html",), "stored no no.html: it stored stuck.html"),
        (("--to", "-"), "Only one file goes to stdout; name one of the 4"),
        (("--to", "/proc"), "cannot be written"),
    ],
)
def test_what_cannot_be_fetched_is_refused(typed: Type, stored: int, words: tuple[str, ...], said: str) -> None:
    code, _, told = typed("get", stored, *words)

    assert code == 2
    assert said in told
