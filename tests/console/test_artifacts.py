"""What a run stored is downloaded from its page, under a plain name; the store away is a page that says so."""

from contextlib import closing

import pytest
from sqlalchemy import Engine, text

from connectors.object_store import ObjectStore
from console.app import console_app
from tests.console.conftest import NOW
from tests.console.running import Asker, surroundings
from tests.storage_fixtures import object_store_settings, store

__all__ = ["store"]


@pytest.fixture
def stored(owner: Engine) -> tuple[int, str]:
    """The id of a run that stored files, and the key of its first."""
    with owner.connect() as connection:
        newest = text(
            "SELECT id, artifacts ->> 0 FROM pay_jobs.job_runs WHERE artifacts <> '[]' ORDER BY id DESC LIMIT 1"
        )
        run, key = connection.execute(newest).one()
    return int(run), str(key)


def test_a_file_comes_whole_and_is_never_shown_in_the_browser(
    store: ObjectStore, stored: tuple[int, str], reader_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, key = stored
    place = object_store_settings()
    monkeypatch.setenv("MINIO_ENDPOINT", place.endpoint)
    monkeypatch.setenv("MINIO_ACCESS_KEY", place.access_key.get_secret_value())
    monkeypatch.setenv("MINIO_ACCESS_SECRET", place.secret_key.get_secret_value())
    monkeypatch.setenv("FTP_POLLER_BUCKET_NAME", place.bucket)
    monkeypatch.setenv("MINIO_SECURE", "false")
    store.put(key, [b"<script>alert(1)</script>" * 10_000])
    around = surroundings(reader_address, NOW)
    with closing(around.reader):
        pages = Asker(console_app(around))
        answer = pages.get(f"/runs/{run}/artifacts/0")
        none_there = pages.get(f"/runs/{run}/artifacts/99")

    assert (answer.status_code, len(answer.content)) == (200, 250_000)
    assert answer.headers["content-disposition"] == 'attachment; filename="stuck.html"'
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["cache-control"] == "no-store"
    assert none_there.status_code == 404


def test_a_store_that_is_away_is_a_page_that_says_so(
    stored: tuple[int, str], reader_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in object_store_values().items():
        monkeypatch.setenv(name, value)
    around = surroundings(reader_address, NOW)
    with closing(around.reader):
        answer = Asker(console_app(around)).get(f"/runs/{stored[0]}/artifacts/0")

    assert answer.status_code == 503
    assert "127.0.0.1:1" in answer.text


def object_store_values() -> dict[str, str]:
    return {
        "MINIO_ENDPOINT": "127.0.0.1:1", "MINIO_ACCESS_KEY": "nobody", "MINIO_ACCESS_SECRET": "no-such-secret",
        "FTP_POLLER_BUCKET_NAME": "files", "MINIO_SECURE": "false",
    }  # fmt: skip
