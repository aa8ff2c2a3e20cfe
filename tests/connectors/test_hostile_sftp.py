"""An SFTP server that answers nonsense, too much, or a byte at a time: every call ends, in words, in little memory."""

import struct
import time

import paramiko
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paramiko.message import Message

from config.errors import SourceRefused, SourceUnavailable
from connectors.sftp import UNSAID, TransferTooSlow, connect_sftp
from connectors.sftp_protocol import _Fields
from tests.connectors.hostile_sftp import (
    ATTRS,
    LSTAT,
    NAME,
    READDIR,
    Answers,
    hostile_sftp,
    packet,
    status,
    text,
)

MANY = struct.pack(">I", 2**31 - 1)
PLAIN = struct.pack(">I", 0)
ONE = struct.pack(">I", 1) + text(b"a.csv") + text(b"-rw") + PLAIN

BAD_LISTINGS: dict[str, tuple[Answers, str]] = {
    "names that are promised": ({READDIR: lambda r: packet(NAME, r, MANY)}, "promises"),
    "attributes that are promised": (
        {
            READDIR: lambda r: packet(
                NAME, r, struct.pack(">I", 1) + text(b"a") + text(b"-") + struct.pack(">I", 0x80000000) + MANY
            )
        },
        "promises",
    ),
    "a name longer than its answer": (
        {READDIR: lambda r: packet(NAME, r, struct.pack(">I", 1) + MANY + b"abc")},
        "promises",
    ),
    "an answer of two gigabytes": ({READDIR: lambda _r: MANY + b"x" * 1000}, "an answer of 2,147,483,647 bytes"),
    "an empty answer": ({READDIR: lambda _r: struct.pack(">I", 0)}, "an answer of 0 bytes"),
    "an answer of another kind": ({READDIR: lambda r: packet(ATTRS, r, PLAIN)}, "names were expected"),
}


@pytest.mark.parametrize("case", BAD_LISTINGS)
def test_a_listing_that_cannot_be_true_is_given_up_in_words(case: str) -> None:
    answers, words = BAD_LISTINGS[case]
    with (
        hostile_sftp(answers) as (where, _),
        connect_sftp(where) as session,
        pytest.raises(SourceUnavailable, match=f"none that SFTP knows.*{words}"),
    ):
        session.list("/upload")


def test_attributes_of_one_entry_that_are_promised_are_given_up_in_words() -> None:
    answers: Answers = {LSTAT: lambda r: packet(ATTRS, r, struct.pack(">I", 0x80000000) + MANY)}
    with (
        hostile_sftp(answers) as (where, _),
        connect_sftp(where) as session,
        pytest.raises(SourceUnavailable, match="promises"),
    ):
        session.stat("/upload/a")


def test_a_listing_that_never_ends_is_broken_off_while_the_server_keeps_talking() -> None:
    with (
        hostile_sftp({READDIR: lambda r: packet(NAME, r, ONE)}) as (where, _),
        connect_sftp(where) as session,
        pytest.raises(TransferTooSlow, match=r"longer than 1\.5 seconds"),
    ):
        session.list("/upload")


def test_a_server_that_drips_a_byte_at_a_time_is_broken_off() -> None:
    with hostile_sftp({}, pause=0.2) as (where, _), connect_sftp(where) as session, pytest.raises(TransferTooSlow):
        session.stat("/upload/a")


def test_words_that_are_not_utf_8_are_shown_as_they_can_be() -> None:
    answers: Answers = {LSTAT: lambda r: status(r, 4, b"d\xe9fense \xff")}
    with (
        hostile_sftp(answers) as (where, _),
        connect_sftp(where) as session,
        pytest.raises(SourceRefused, match=r"d\\\\xe9fense"),
    ):
        session.stat("/upload/a")


def test_a_size_beyond_every_file_is_one_that_was_not_said() -> None:
    answers: Answers = {LSTAT: lambda r: packet(ATTRS, r, struct.pack(">IQ", 1, 2**64 - 1))}
    with hostile_sftp(answers) as (where, _), connect_sftp(where) as session:
        found = session.stat("/upload/a")
    assert found is not None and (found.size, found.modified) == (UNSAID, UNSAID)


def test_a_host_key_that_changes_at_rekeying_is_refused() -> None:
    with (
        hostile_sftp({LSTAT: lambda r: packet(ATTRS, r, PLAIN)}) as (where, transports),
        connect_sftp(where) as session,
    ):
        session.stat("/upload/a")
        transports[0].add_server_key(paramiko.RSAKey.generate(2048))
        transports[0]._send_kex_init()  # type: ignore[attr-defined]
        with pytest.raises(SourceRefused, match="showed another host key than the pinned one"):
            for _ in range(50):
                session.stat("/upload/a")
                time.sleep(0.05)


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_attributes_or_an_error(content: bytes) -> None:
    fields = _Fields(Message(content))
    try:
        fields.attributes()
    except paramiko.SFTPError:
        return
    assert 0 <= fields.left <= len(content)
