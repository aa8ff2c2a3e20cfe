"""The doctor tries every connected system as a run would, and leaves nothing behind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.cfs.probe import tokens
from connectors.object_store import ObjectStore
from jobs.watch.doctor_check import Check
from jobs.watch.doctor_systems import check_systems
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import fresh_cfs
from tests.storage_fixtures import SftpPlace, asyncssh_place, object_store_part, object_store_settings
from tests.token_servers import CLIENT, SECRET, token_server

PROBES = {"CfsSettings": tokens}
NEEDS = ["CasSftpSettings", "ObjectStoreSettings", "CfsSettings", "EventSettings", "MailSettings", "CgiSettings"]


@pytest.fixture
def cfs() -> Iterator[RunningCfs]:
    yield from fresh_cfs()


@pytest.fixture
def place() -> SftpPlace:
    return asyncssh_place().emptied()


@pytest.fixture
def surroundings(
    monkeypatch: pytest.MonkeyPatch, place: SftpPlace, cfs: RunningCfs, tmp_path: Path
) -> pytest.MonkeyPatch:
    """The environment of a pod whose systems are all there."""
    values = place.values
    named = {
        "CAS_SFTP_HOST": values["host"],
        "CAS_SFTP_PORT": str(values["port"]),
        "CAS_SFTP_USER_NAME": values["username"],
        "CAS_SFTP_PASSWORD": values["password"].get_secret_value(),
        "CAS_SFTP_HOST_KEY": values["host_key"],
        "CAS_SFTP_DIRECTORY": "/upload",
        "CAS_SFTP_BACKUP_DIRECTORY": "/backup",
        "SFTP_CONNECT_TIMEOUT": "5",
        "PUBSUB_PUBLISH_URL": (tmp_path / "events").as_uri(),
        "NOTIFY_API_URL": (tmp_path / "mail").as_uri(),
        "IT_OPS_EMAIL": "ops@example.org",
        **object_store_part().environment(),
        **cfs.environment(),
    }
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def states(needs: list[str]) -> dict[str, str]:
    return {check.what: check.state for check in check_systems(needs, PROBES)}


def failures(needs: list[str]) -> list[Check]:
    return [check for check in check_systems(needs, PROBES) if check.state == "failure"]


def test_when_all_is_well_each_step_is_ok_and_no_probe_is_left(
    surroundings: pytest.MonkeyPatch, place: SftpPlace
) -> None:
    found = states(NEEDS)

    assert {what for what, state in found.items() if state != "ok"} == {"alarms"}
    assert "The SFTP server of CAS: moving a probe" in found
    assert {"CFS: token of PAYBC", "CFS: token of FAS"} <= found.keys()
    assert (place.uploaded(), place.backed_up()) == ([], [])
    store = ObjectStore(object_store_settings())
    assert list(store.list("doctor/")) == []
    store.close()


def test_another_host_key_is_a_failure_that_says_what_to_do(surroundings: pytest.MonkeyPatch, place: SftpPlace) -> None:
    surroundings.setenv("CAS_SFTP_HOST_KEY", place.values["host_key"][:-8] + "AAAAAAA=")

    [failure] = failures(["CasSftpSettings"])

    assert "another host key" in failure.found
    assert failure.do


def test_a_missing_directory_is_a_failure_that_names_its_setting(surroundings: pytest.MonkeyPatch) -> None:
    surroundings.setenv("CAS_SFTP_BACKUP_DIRECTORY", "/nowhere")

    [failure] = failures(["CasSftpSettings"])

    assert failure.what == "The SFTP server of CAS: after listing /upload"
    assert "/nowhere" in failure.found


def test_a_wrong_identity_of_cfs_is_a_failure_of_that_identity_alone(surroundings: pytest.MonkeyPatch) -> None:
    surroundings.setenv("CFS_FAS_CLIENT_SECRET", "wrong-secret")

    found = {check.what: check.state for check in check_systems(["CfsSettings"], PROBES)}

    assert found["CFS: token of PAYBC"] == "ok"
    assert found["CFS: after token of PAYBC"] == "failure"


def test_a_wrong_key_of_the_bucket_is_a_failure(surroundings: pytest.MonkeyPatch) -> None:
    surroundings.setenv("MINIO_ACCESS_SECRET", "wrong-secret")

    assert [check.state for check in failures(["ObjectStoreSettings"])] == ["failure"]


def test_a_missing_setting_hides_no_other_system(surroundings: pytest.MonkeyPatch) -> None:
    surroundings.delenv("CAS_SFTP_USER_NAME")

    found = list(check_systems(["CasSftpSettings", "EventSettings"], PROBES))

    assert ["CAS_SFTP_USER_NAME is missing" in check.found for check in found if check.state == "failure"] == [True]
    assert "ok" in [check.state for check in found if check.what.startswith("Where CloudEvents")]


def test_a_receiver_of_events_that_does_not_listen_is_a_failure(surroundings: pytest.MonkeyPatch) -> None:
    surroundings.setenv("PUBSUB_PUBLISH_URL", "http://127.0.0.1:1/topics/")

    [failure] = failures(["EventSettings"])

    assert "127.0.0.1:1 cannot be reached" in failure.found


def test_alarms_that_nobody_would_hear_are_a_failure(surroundings: pytest.MonkeyPatch) -> None:
    surroundings.setenv("NOTICE_BY_MAIL", "true")
    assert states([])["alarms"] == "ok"

    surroundings.delenv("IT_OPS_EMAIL")

    [failure, _the_notify_api_itself] = failures([])
    assert (failure.what, "IT_OPS_EMAIL is missing" in failure.found) == ("alarms", True)


def test_no_secret_stands_in_what_the_doctor_says(surroundings: pytest.MonkeyPatch, place: SftpPlace) -> None:
    secret = place.values["password"].get_secret_value()

    assert secret not in str(list(check_systems(NEEDS, PROBES)))


def test_the_notify_api_is_tried_with_its_token_where_it_is_set(surroundings: pytest.MonkeyPatch) -> None:
    with token_server() as tokens:
        surroundings.setenv("NOTIFY_API_URL", tokens.url)
        surroundings.setenv("JWT_OIDC_ISSUER", f"{tokens.url}/realms/bcregistry")
        surroundings.setenv("SBC_PAY_CLIENT_ID", CLIENT)
        surroundings.setenv("SBC_PAY_CLIENT_SECRET", SECRET)
        right = states([])
        surroundings.setenv("SBC_PAY_CLIENT_SECRET", "another-secret")
        [failure] = failures([])

    assert right["The notify API and who is told: token"] == "ok"
    assert "refused the client id or its secret (401" in failure.found
    assert "another-secret" not in failure.found
