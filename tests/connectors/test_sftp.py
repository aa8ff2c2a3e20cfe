"""SFTP: who is trusted, what comes over whole, and how every wait ends."""

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import asyncssh
import pytest
from pydantic import SecretStr

from config.errors import ConfigError, SourceRefused, SourceUnavailable
from config.settings import CasSftpSettings, read
from connectors.sftp import RemoteFileChanged, RemoteFileMissing, SftpSession, TransferTooSlow, connect_sftp
from sandbox import sftp_server
from tests.storage_fixtures import (
    KINDS,
    SftpPlace,
    asyncssh_place,
    public_blob,
    sftp_part,
    start_openssh,
    write_key,
)

CONTENT = bytes(range(256)) * 5000  # more than one window of blocks


def read_all(session: SftpSession, place: SftpPlace, name: str, size: int) -> bytes:
    with closing(session.read(f"{place.settings().directory}/{name}", size=size)) as chunks:
        return b"".join(chunks)


def test_a_file_is_listed_and_read_as_it_is(sftp_place: SftpPlace) -> None:
    path = sftp_place.put("a.csv", CONTENT)
    with connect_sftp(sftp_place.settings()) as session:
        (found,) = session.list(sftp_place.settings().directory)
        content = read_all(session, sftp_place, "a.csv", found.size)
    assert (found.name, found.size, found.is_regular) == ("a.csv", len(CONTENT), True)
    assert found.modified == int(path.stat().st_mtime)
    assert content == CONTENT


def test_an_empty_file_is_read_as_empty(sftp_place: SftpPlace) -> None:
    sftp_place.put("a.csv", b"")
    with connect_sftp(sftp_place.settings()) as session:
        assert read_all(session, sftp_place, "a.csv", 0) == b""


def test_directories_and_links_are_not_regular_files(sftp_place: SftpPlace) -> None:
    sftp_place.put("a.csv", b"x")
    (sftp_place.upload / "b").mkdir()
    (sftp_place.upload / "c").symlink_to("a.csv")
    with connect_sftp(sftp_place.settings()) as session:
        listing = session.list(sftp_place.settings().directory)
    assert [(entry.name, entry.is_regular) for entry in listing] == [("a.csv", True), ("b", False), ("c", False)]


def test_a_look_follows_a_link_where_it_is_asked_to(sftp_place: SftpPlace) -> None:
    sftp_place.put("a.csv", CONTENT)
    for name, target in (("file", "a.csv"), ("folder", "."), ("lost", "gone")):
        (sftp_place.upload / name).symlink_to(target)
    path = sftp_place.settings().directory
    with connect_sftp(sftp_place.settings()) as session:
        seen = [(session.stat(f"{path}/{name}"), session.stat(f"{path}/{name}", follow=True))
                for name in ("file", "folder", "lost")]  # fmt: skip
    assert [entry and entry.is_regular for pair in seen for entry in pair] == [False, True, False, False, False, None]
    assert seen[0][1] is not None and seen[0][1].size == len(CONTENT)


def test_a_name_that_is_not_utf_8_does_not_spoil_the_listing(sftp_place: SftpPlace) -> None:
    sftp_place.put("a.csv", b"x")
    (Path(str(sftp_place.upload)) / b"\xff\xfe.csv".decode("utf-8", "surrogateescape")).write_bytes(b"x")
    with connect_sftp(sftp_place.settings()) as session:
        assert [entry.name for entry in session.list(sftp_place.settings().directory)] == ["a.csv", "\udcff\udcfe.csv"]


def test_a_file_that_is_shorter_than_said_has_changed(sftp_place: SftpPlace) -> None:
    sftp_place.put("a.csv", CONTENT)
    with connect_sftp(sftp_place.settings()) as session:
        with pytest.raises(RemoteFileChanged, match="became shorter"):
            read_all(session, sftp_place, "a.csv", len(CONTENT) + 100_000)
        assert read_all(session, sftp_place, "a.csv", len(CONTENT)) == CONTENT


def test_a_reader_that_stops_early_leaves_the_session_usable(sftp_place: SftpPlace) -> None:
    sftp_place.put("a.csv", CONTENT)
    path = f"{sftp_place.settings().directory}/a.csv"
    with connect_sftp(sftp_place.settings()) as session:
        with closing(session.read(path, size=len(CONTENT))) as chunks:
            assert next(chunks) == CONTENT[: 32 * 1024]
        assert session.exists(path)


def test_what_is_not_there_is_none_or_missing(sftp_place: SftpPlace) -> None:
    with connect_sftp(sftp_place.settings()) as session:
        assert session.stat(f"{sftp_place.settings().directory}/a.csv") is None
        with pytest.raises(RemoteFileMissing):
            read_all(session, sftp_place, "a.csv", 1)
        with pytest.raises(ConfigError, match="CAS_SFTP_DIRECTORY"):
            session.list("/no/such/directory")


def test_a_file_is_written_whole_and_read_back(sftp_place: SftpPlace) -> None:
    with connect_sftp(sftp_place.settings()) as session:
        written = session.write(sftp_place.settings().directory, "INBOX.F3535.1", [CONTENT, b"end"])
    assert written.size == len(CONTENT) + 3
    assert (sftp_place.upload / "INBOX.F3535.1").read_bytes() == CONTENT + b"end"
    assert sftp_place.uploaded() == ["INBOX.F3535.1"]


def test_a_file_that_is_taken_away_as_soon_as_it_is_there_is_said_to_be_gone(
    sftp_place: SftpPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect_sftp(sftp_place.settings()) as session:
        rename = session.rename

        def rename_and_lose(old: str, new: str) -> None:
            rename(old, new)
            (sftp_place.upload / "INBOX.F3535.1").unlink()

        monkeypatch.setattr(session, "rename", rename_and_lose)
        with pytest.raises(RemoteFileMissing, match=r"INBOX\.F3535\.1 was written and is gone"):
            session.write(sftp_place.settings().directory, "INBOX.F3535.1", [b"one"])


def test_writing_the_same_content_again_is_harmless_and_other_content_is_refused(sftp_place: SftpPlace) -> None:
    directory = sftp_place.settings().directory
    with connect_sftp(sftp_place.settings()) as session:
        session.write(directory, "a", [b"one"])
        session.write(directory, "a", [b"one"])
        with pytest.raises(SourceRefused, match="holds other content"):
            session.write(directory, "a", [b"two"])
    assert (sftp_place.upload / "a").read_bytes() == b"one"


def test_a_file_is_renamed_and_removed_but_not_onto_another(sftp_place: SftpPlace) -> None:
    directory = sftp_place.settings().directory
    sftp_place.put("a", b"a")
    sftp_place.put("b", b"b")
    with connect_sftp(sftp_place.settings()) as session:
        with pytest.raises(SourceRefused):
            session.rename(f"{directory}/a", f"{directory}/b")
        session.rename(f"{directory}/a", f"{directory}/c")
        session.remove(f"{directory}/b")
    assert sftp_place.uploaded() == ["c"]


def test_a_changed_host_key_is_refused_with_both_fingerprints(sftp_place: SftpPlace) -> None:
    other = public_blob(asyncssh.generate_private_key("ssh-ed25519"))
    with pytest.raises(SourceRefused, match=r"found SHA256:\S+, expected SHA256:.*CAS_SFTP_HOST_KEY"):
        connect(sftp_place, host_key=other)


def test_a_host_key_of_another_type_is_refused_with_both_fingerprints(sftp_place: SftpPlace) -> None:
    other = public_blob(asyncssh.generate_private_key("ssh-rsa", key_size=2048))
    with pytest.raises(SourceRefused, match=r"found SHA256:\S+, expected SHA256:"):
        connect(sftp_place, host_key=other)


def test_a_host_key_of_an_unknown_type_is_a_wrong_setting(faulty_place: SftpPlace) -> None:
    with pytest.raises(ConfigError, match="ssh-dss"):
        connect(faulty_place, host_key="AAAAB3NzaC1kc3MAAACBAPY8ZOHY2yFSJA6XYC9HRwNHxaehvx5wOJ0rzZdzoSOXxbET")


@pytest.mark.slow
@pytest.mark.parametrize("server", KINDS)
@pytest.mark.parametrize("key_type", ["ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp521"])
def test_a_pinned_host_key_of_any_type_is_accepted(server: str, key_type: str, tmp_path: Path) -> None:
    if server == "openssh":
        connect(start_openssh(tmp_path, host_key_type=key_type).emptied())
        return
    part = sftp_server.start(tmp_path, host_key_type=key_type)
    try:
        connect(asyncssh_place(part))
    finally:
        part.stop()


def test_a_wrong_password_is_refused_and_appears_nowhere(
    faulty_place: SftpPlace, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(SourceRefused, match="CAS_SFTP_PASSWORD") as refused:
        connect(faulty_place, password=SecretStr("no-such-password"))
    assert "no-such-password" not in caplog.text + str(refused.value) + repr(refused.value)


@pytest.mark.parametrize("kind", ["ssh-rsa", "ecdsa-sha2-nistp384", "ssh-ed25519"])
@pytest.mark.parametrize("passphrase", [None, "open sesame"])
def test_a_key_of_any_type_logs_in_encrypted_or_not(
    kind: str, passphrase: str | None, faulty_place: SftpPlace, tmp_path: Path
) -> None:
    key = write_key(tmp_path / "key", kind, passphrase)
    accepted = sftp_part().folder / "cas_key.pub"
    before = accepted.read_bytes()
    accepted.write_bytes(key.export_public_key())
    try:
        secret = SecretStr(passphrase) if passphrase else None
        connect(faulty_place, password=None, private_key=tmp_path / "key", passphrase=secret)
    finally:
        accepted.write_bytes(before)


def test_a_key_that_the_server_does_not_know_is_refused(sftp_place: SftpPlace, tmp_path: Path) -> None:
    write_key(tmp_path / "key", "ssh-ed25519")
    with pytest.raises(SourceRefused, match="BCREG_FTP_PRIVATE_KEY_LOCATION"):
        connect(sftp_place, password=None, private_key=tmp_path / "key")


def test_missing_wrong_and_needless_passphrases_are_told_apart(faulty_place: SftpPlace, tmp_path: Path) -> None:
    write_key(tmp_path / "key", "ssh-ed25519", "open sesame")
    with pytest.raises(ConfigError, match="set BCREG_FTP_PRIVATE_KEY_PASSPHRASE"):
        connect(faulty_place, private_key=tmp_path / "key")
    with pytest.raises(ConfigError, match="cannot be opened with the passphrase"):
        connect(faulty_place, private_key=tmp_path / "key", passphrase=SecretStr("wrong"))
    known = sftp_part().client_key("cas")
    connect(faulty_place, password=None, private_key=known, passphrase=SecretStr("not needed"))


def test_a_key_file_that_is_missing_or_no_key_is_a_wrong_setting(faulty_place: SftpPlace, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        connect(faulty_place, private_key=tmp_path / "none")
    (tmp_path / "text").write_text("hello")
    with pytest.raises(ConfigError, match="cannot be read as a private key"):
        connect(faulty_place, private_key=tmp_path / "text")


@pytest.mark.parametrize(
    "written", [str, lambda key: key.replace("\n", "\\n"), lambda key: f'"{key.replace(chr(10), chr(13) + chr(10))}"']
)
def test_a_key_may_stand_in_a_secret_as_text_and_goes_before_its_file(
    faulty_place: SftpPlace, written: Callable[[str], str]
) -> None:
    text = SecretStr(written(sftp_part().client_key("cas").read_text()))

    connect(faulty_place, password=None, private_key=Path("/nowhere"), private_key_text=text)


def test_a_key_as_text_that_is_none_is_a_wrong_setting_and_is_not_shown(
    faulty_place: SftpPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = "-----BEGIN OPENSSH PRIVATE KEY-----\ncanaryWords\n-----END OPENSSH PRIVATE KEY-----"
    with pytest.raises(ConfigError, match="The private key in BCREG_FTP_PRIVATE_KEY cannot be read") as caught:
        connect(faulty_place, private_key_text=SecretStr(damaged))
    monkeypatch.setenv("BCREG_FTP_PRIVATE_KEY", "canaryWords")
    with pytest.raises(ConfigError, match="BCREG_FTP_PRIVATE_KEY: it must be a whole private key") as refused:
        read(CasSftpSettings)

    assert "canaryWords" not in f"{caught.value} {refused.value}"


def test_a_server_that_is_away_is_unavailable(faulty_place: SftpPlace) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(SourceUnavailable, match="cannot be reached"):
            connect(faulty_place, port=nobody.getsockname()[1])


def test_a_server_that_accepts_and_says_nothing_is_given_up(faulty_place: SftpPlace) -> None:
    with silent_server() as port, pytest.raises(SourceUnavailable, match="broke off"):
        SftpSession(faulty_place.settings(port=port, connect_timeout=0.4)).connect()


def test_a_connection_dropped_while_reading_is_unavailable_and_the_next_read_works(faulty_place: SftpPlace) -> None:
    faulty_place.put("a.csv", CONTENT)
    faulty_place.faults.set(drop_after_bytes=600_000, times=1)
    with connect_sftp(faulty_place.settings()) as session:
        with pytest.raises(SourceUnavailable):
            read_all(session, faulty_place, "a.csv", len(CONTENT))
        assert read_all(session, faulty_place, "a.csv", len(CONTENT)) == CONTENT


@pytest.mark.parametrize("part", ["channel", "socket"])
def test_what_breaks_while_a_file_is_read_is_a_broken_connection_and_no_shorter_file(
    faulty_place: SftpPlace, part: str
) -> None:
    faulty_place.put("a.csv", CONTENT * 8)
    with connect_sftp(faulty_place.settings()) as session:
        assert session._open is not None
        transport, client = session._open
        blocks = session.read("/upload/a.csv", size=len(CONTENT) * 8)
        next(blocks)
        (client.get_channel() if part == "channel" else transport.sock).close()
        with pytest.raises(SourceUnavailable):
            list(blocks)


def test_closing_a_connection_whose_socket_is_gone_is_not_an_error(faulty_place: SftpPlace) -> None:
    with connect_sftp(faulty_place.settings()) as session:
        session.list("/upload")
        assert session._open is not None
        session._open[0].sock.close()
        session.close()
        assert session.list("/upload") == []


def test_a_transfer_that_stalls_ends_at_its_deadline(faulty_place: SftpPlace) -> None:
    faulty_place.put("a.csv", CONTENT)
    faulty_place.faults.set(stall_after_bytes=600_000)
    with (
        connect_sftp(faulty_place.settings(transfer_deadline=0.5)) as session,
        pytest.raises(TransferTooSlow, match=r"longer than 0\.5 seconds"),
    ):
        read_all(session, faulty_place, "a.csv", len(CONTENT))


def test_a_denied_directory_and_a_full_disk_are_refused_by_name(faulty_place: SftpPlace) -> None:
    with connect_sftp(faulty_place.settings()) as session:
        faulty_place.faults.set(deny_directory="/upload")
        with pytest.raises(SourceRefused, match="listing /upload: permission denied"):
            session.list("/upload")
        faulty_place.faults.set(disk_full=True)
        with pytest.raises(SourceRefused, match="No space left"):
            session.write("/upload", "a", [CONTENT])
    assert "a" not in faulty_place.uploaded()


def connect(place: SftpPlace, **changes: object) -> None:
    with connect_sftp(place.settings(**changes)) as session:
        session.list(place.settings().directory)


@contextmanager
def silent_server() -> Iterator[int]:
    """A server that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        accepted: list[socket.socket] = []

        def accept() -> None:
            try:
                while True:
                    accepted.append(listening.accept()[0])
            except OSError:
                return

        threading.Thread(target=accept, daemon=True).start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        for connection in accepted:
            connection.close()
