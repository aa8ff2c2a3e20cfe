"""Settings come from the environment, complain once about everything, and never show a secret."""

import os
from pathlib import Path

import pytest
from sqlalchemy import make_url

from config import masking
from config.errors import ConfigError, ExitCode
from config.masking import mask_text
from config.settings import (
    CasSftpSettings,
    CfsSettings,
    DatabaseSettings,
    ObjectStoreSettings,
    PodSettings,
    read,
    read_settings,
)

HOST_KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIJ2Z0b2Ub3OQmk1hYWJhYmFiYWJhYmFiYWJhYmFiYWJh"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting is in the environment, and no secret of another test is known."""
    for name in list(os.environ):
        if name.startswith(("DATABASE_", "MINIO_", "CFS_", "CAS_", "CGI_", "BCREG_", "FTP_", "JOB_", "PAY_JOBS_")):
            monkeypatch.delenv(name)
    monkeypatch.setattr(masking, "_known_secrets", set())


def database(monkeypatch: pytest.MonkeyPatch, **settings: str) -> DatabaseSettings:
    for name, value in settings.items():
        monkeypatch.setenv(f"DATABASE_{name.upper()}", value)
    return read(DatabaseSettings)


def test_everything_missing_and_wrong_is_reported_in_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_PORT", "many")
    monkeypatch.setenv("CFS_BASE_URL", "https://cfs")
    monkeypatch.setenv("CONNECT_TIMEOUT", "-1")

    with pytest.raises(ConfigError) as refused:
        read_settings(DatabaseSettings, ObjectStoreSettings, CfsSettings)

    said = str(refused.value)
    for name in (
        "DATABASE_PORT: ", "MINIO_ENDPOINT is missing", "MINIO_ACCESS_KEY is missing", "MINIO_ACCESS_SECRET is missing",
        "FTP_POLLER_BUCKET_NAME is missing", "CFS_CLIENT_ID is missing", "CFS_CLIENT_SECRET is missing",
        "CFS_FAS_CLIENT_ID is missing", "CFS_FAS_CLIENT_SECRET is missing", "CONNECT_TIMEOUT: ",
    ):  # fmt: skip
        assert name in said
    assert "CFS_BASE_URL" not in said
    assert refused.value.exit_code == ExitCode.USAGE


def test_each_problem_names_the_system_it_belongs_to() -> None:
    with pytest.raises(ConfigError) as refused:
        read(ObjectStoreSettings)

    assert "  MINIO_ENDPOINT is missing  [The S3 bucket that keeps every file]" in str(refused.value).splitlines()


def test_without_any_database_setting_both_ways_to_connect_are_named() -> None:
    with pytest.raises(ConfigError, match="set DATABASE_URL, or the missing DATABASE_USERNAME, DATABASE_HOST, DATABA"):
        read(DatabaseSettings)


def test_of_the_parts_only_the_missing_ones_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="set DATABASE_URL, or the missing DATABASE_HOST  "):
        database(monkeypatch, username="pay", name="pay-db")


def test_an_empty_setting_is_a_missing_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="DATABASE_HOST"):
        database(monkeypatch, username="pay", name="pay-db", host="")


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg2"])
def test_a_url_is_completed_with_the_driver(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    url = database(monkeypatch, url=f"{scheme}://pay:word@db.example:5433/pay-db?sslmode=require").sqlalchemy_url()

    assert url == "postgresql+psycopg2://pay:word@db.example:5433/pay-db?sslmode=require"


@pytest.mark.parametrize("url", ["mysql://pay:canary-9@db/pay", "postgresql+asyncpg://pay:canary-9@db/pay", "pay-db"])
def test_another_kind_of_url_is_refused_without_showing_it(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    with pytest.raises(ConfigError, match=r"DATABASE_URL must begin with postgresql://") as refused:
        database(monkeypatch, url=url)

    assert "canary-9" not in str(refused.value)


@pytest.mark.parametrize("url", ["postgresql://pay:canary-9@[::1/pay", "postgresql://pay:canary-9@\u2100/pay"])
def test_a_url_that_cannot_be_read_names_its_setting_and_not_its_password(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    with pytest.raises(ConfigError, match="DATABASE_URL holds an address that cannot be read") as refused:
        database(monkeypatch, url=url)

    assert "canary-9" not in str(refused.value)


@pytest.mark.parametrize("password", ["plain", "p@ss:w/rd?#%", "ä 'quoted\" \\ word", "%41", "[::1]"])
def test_parts_with_special_characters_reach_the_driver_unchanged(
    monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    settings = database(monkeypatch, username="us@er", password=password, host="db.example", name="pay/db")

    url = make_url(settings.sqlalchemy_url())

    assert (url.drivername, url.username, url.password) == ("postgresql+psycopg2", "us@er", password)
    assert (url.host, url.port, url.database) == ("db.example", 5432, "pay/db")


def test_a_url_goes_before_the_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = database(monkeypatch, url="postgresql://pay@one/pay", username="pay", host="two", name="pay")

    assert "@one/" in settings.sqlalchemy_url()


def test_a_secret_prints_as_stars(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = database(monkeypatch, username="pay", password="canary-9", host="db", name="pay")

    assert "canary-9" not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("DATABASE_URL", "postgresql://pay:canary-9@db/pay", "canary-9"),
        ("DATABASE_URL", "postgresql://pay:canary%409@db/pay", "canary@9"),
        ("DATABASE_URL", "postgresql://pay:canary%409@db/pay", "canary%409"),
        ("DATABASE_PASSWORD", "canary-9", "canary-9"),
    ],
)
def test_a_secret_that_was_read_is_masked_wherever_it_appears(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, shown: str
) -> None:
    for part in ("USERNAME", "HOST", "NAME"):
        monkeypatch.setenv(f"DATABASE_{part}", "pay")
    monkeypatch.setenv(name, value)

    read(DatabaseSettings)

    assert mask_text(f"it was {shown} all along") == "it was *** all along"


def test_settings_do_not_change_once_read(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = database(monkeypatch, url="postgresql://pay@db/pay")

    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1  # type: ignore[misc]


@pytest.mark.parametrize("name", ["connect_timeout", "statement_timeout", "lock_timeout"])
def test_a_timeout_must_be_more_than_nothing(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with pytest.raises(ConfigError, match=f"DATABASE_{name.upper()}: Input should be greater than 0"):
        database(monkeypatch, url="postgresql://pay@db/pay", **{name: "0"})


def test_an_sftp_partner_needs_some_credential(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"HOST": "cas", "USER_NAME": "bcreg", "HOST_KEY": HOST_KEY}.items():
        monkeypatch.setenv(f"CAS_SFTP_{name}", value)

    with pytest.raises(ConfigError, match="neither a private key nor a password is set"):
        read(CasSftpSettings)


@pytest.mark.parametrize("prefix", ["", "ssh-ed25519 "])
def test_a_host_key_is_accepted_with_its_type_or_without(monkeypatch: pytest.MonkeyPatch, prefix: str) -> None:
    for name, value in {
        "HOST": "cas", "USER_NAME": "bcreg", "PASSWORD": "canary", "HOST_KEY": prefix + HOST_KEY,
    }.items():  # fmt: skip
        monkeypatch.setenv(f"CAS_SFTP_{name}", value)

    assert read(CasSftpSettings).host_key == HOST_KEY


@pytest.mark.parametrize("key", ["not base64!", "AAAA"])
def test_an_invalid_host_key_is_refused(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("CAS_SFTP_HOST_KEY", key)

    with pytest.raises(ConfigError, match="CAS_SFTP_HOST_KEY: this is not the base64 part of an SSH public key"):
        read(CasSftpSettings)


def test_a_pod_needs_no_setting_at_all() -> None:
    assert (read(PodSettings).completion_index, read(PodSettings).trigger) == (None, "hand")


def test_only_the_settings_that_are_wanted_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://pay@db/pay")

    assert list(read_settings(DatabaseSettings)) == [DatabaseSettings]


def test_no_setting_is_read_from_a_file_beside_the_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DATABASE_URL=postgresql://pay@db/pay\n")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ConfigError):
        read(DatabaseSettings)


@pytest.mark.parametrize("level", ["BANANA", "0", "info;", "TRACE"])
def test_an_unknown_log_level_is_refused_with_those_there_are(monkeypatch: pytest.MonkeyPatch, level: str) -> None:
    monkeypatch.setenv("LOG_LEVEL", level)

    with pytest.raises(ConfigError) as refused:
        read(PodSettings)

    assert f"LOG_LEVEL: '{level}' is no level of the log: expected one of DEBUG, INFO, WARNING" in str(refused.value)


def test_a_level_of_the_log_may_be_written_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", " debug ")

    assert read(PodSettings).log_level == "DEBUG"
