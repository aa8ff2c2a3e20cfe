"""What a screen cuts short is stored whole; what it shows whole is not."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal

import pytest

from connectors.object_store import ObjectStore
from jobs.run.outcome import Outcome, Reject, Table
from tests.jobs.conftest import RunJob, job_that
from tests.storage_fixtures import object_store_settings, store

__all__ = ["store"]
LONG = [("=1+1", number) for number in range(21)]


@pytest.fixture
def bucket(settings: pytest.MonkeyPatch, store: ObjectStore) -> Iterator[ObjectStore]:
    """An object store that the settings name."""
    place = object_store_settings()
    settings.setenv("MINIO_ENDPOINT", place.endpoint)
    settings.setenv("MINIO_ACCESS_KEY", place.access_key.get_secret_value())
    settings.setenv("MINIO_ACCESS_SECRET", place.secret_key.get_secret_value())
    settings.setenv("FTP_POLLER_BUCKET_NAME", place.bucket)
    settings.setenv("MINIO_SECURE", "false")
    yield store


def long_and_short(*_: object) -> Outcome:
    outcome = Outcome(rejects=[Reject(f"line {n}", "no invoice", "token=canary-9") for n in range(21)])
    outcome.tables += [
        Table("a/../b.csv: rows", ("what", "number"), LONG),
        Table("short", ("what", "number"), LONG[:20]),
        Table("stored by the job", ("what", "number"), LONG, is_stored=True),
    ]
    return outcome


def read(store: ObjectStore, key: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(b"".join(store.read(key)).decode())))


def test_long_lists_are_stored_whole_masked_and_harmless_to_a_spreadsheet(run_job: RunJob, bucket: ObjectStore) -> None:
    result = run_job(job_that(long_and_short))

    rejects, rows = result.outcome.artifacts
    folder = f"runs/2022/06/26/run-{result.run_id}"
    assert (rejects, rows) == (f"{folder}/1-needs-attention.csv", f"{folder}/2-a-b-csv-rows.csv")
    assert len(read(bucket, rejects)) == len(read(bucket, rows)) == 22
    assert read(bucket, rejects)[1][:3] == ["line 0", "no invoice", "token=***"]
    assert read(bucket, rows)[21] == ["'=1+1", "20"]


def test_an_amount_below_nothing_stays_a_number(run_job: RunJob, bucket: ObjectStore) -> None:
    rejects = [Reject(f"line {n}", "negative", amount=Decimal("-5.00")) for n in range(21)]

    result = run_job(job_that(lambda _context, _arguments: Outcome(rejects=rejects)))

    [key] = result.outcome.artifacts
    assert read(bucket, key)[1][-1] == "-5.00"


def test_a_dry_run_stores_nothing(run_job: RunJob, bucket: ObjectStore) -> None:
    assert run_job(job_that(long_and_short), dry_run=True).outcome.artifacts == []


def test_a_store_that_is_away_or_not_set_up_changes_nothing_about_the_run(
    run_job: RunJob, settings: pytest.MonkeyPatch, bucket: ObjectStore
) -> None:
    settings.setenv("MINIO_ENDPOINT", "127.0.0.1:9")
    away = run_job(job_that(long_and_short))
    settings.delenv("MINIO_ENDPOINT")
    without = run_job(job_that(long_and_short))

    assert [note.partition(":")[0] for note in away.outcome.notes] == ["Not all of the long lists were stored"]
    assert (away.exit_code, without.exit_code, without.outcome.notes) == (3, 3, [])
