"""Log in to an SSH server whose host key is pinned.

Nothing is trusted that was not named in the settings: no known_hosts, no agent, no search for keys, and no switch
that accepts any host key. The host key is compared before any credential is sent.
"""

import base64
import binascii
import hashlib
import io
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization.ssh import SSHPrivateKeyTypes

from config.errors import ConfigError, SourceRefused, SourceUnavailable
from config.lean_imports import without
from config.settings import SftpSettings
from connectors.deadlines import broken_off_after

with without("invoke"):  # for commands in ~/.ssh/config, which is not read
    import paramiko

KEEPALIVE_SECONDS = 15
MAX_PACKET = 256 * 1024
MAX_GREETING = 64 * 1024
_RSA_SIGNATURES = ("rsa-sha2-512", "rsa-sha2-256")
_CHECKED_CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com")
_Transport: Any = paramiko.Transport
_OTHER_CIPHERS = tuple(name for name in _Transport._preferred_ciphers if name not in _CHECKED_CIPHERS)

# What paramiko logs as errors comes back as exceptions too, and is told once, there.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)


class _BoundedPackets(paramiko.packet.Packetizer):
    """What comes from a server, packet by packet, none of them larger than SSH needs."""

    def __init__(self, connection: socket.socket) -> None:
        super().__init__(connection)
        self._greeting = 0

    def read_all(self, n: int, check_rekey: bool = False) -> bytes:
        """Read that many bytes."""
        if n > MAX_PACKET:
            raise paramiko.SSHException(f"a packet of {n:,} bytes, the most is {MAX_PACKET:,}")
        return super().read_all(n, check_rekey)

    def _read_timeout(self, timeout: float) -> bytes:
        """Read a part of the greeting."""
        part: bytes = super()._read_timeout(timeout)  # type: ignore[misc]
        self._greeting += len(part)
        if self._greeting > MAX_GREETING:
            raise paramiko.SSHException(f"a greeting of more than {MAX_GREETING:,} bytes")
        return part


class PinnedTransport(paramiko.Transport):
    """A connection that is given up as soon as another host key is shown, also when keys are exchanged anew.

    Ciphers come first that need no checksum of their own: they cost half as much.
    """

    _preferred_ciphers = (*_CHECKED_CIPHERS, *_OTHER_CIPHERS)

    def __init__(self, connection: socket.socket, host_key: bytes) -> None:
        super().__init__(connection, packetizer_class=_BoundedPackets)
        self._pinned = host_key
        self.refused_key: bytes | None = None

    def _verify_key(self, host_key: bytes, sig: bytes) -> None:
        if host_key != self._pinned:
            self.refused_key = host_key
            raise paramiko.SSHException("another host key was shown")
        super()._verify_key(host_key, sig)  # type: ignore[misc]


def open_transport(settings: SftpSettings) -> PinnedTransport:
    """Connect, compare the host key, log in.

    Raises SourceUnavailable if the server does not answer in time, SourceRefused if the host key or the credential
    is not accepted, ConfigError if the private key cannot be used.
    """
    key = _private_key(settings) if settings.private_key_text or settings.private_key else None
    try:
        connection = socket.create_connection((settings.host, settings.port), timeout=settings.connect_timeout)
    except OSError as error:
        raise SourceUnavailable(
            f"{address(settings)} cannot be reached: {error.strerror or error}. Check "
            f"{setting_name(settings, 'host')} and {setting_name(settings, 'port')}, and that the server is up."
        ) from error
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else each small request waits for 40 ms
    transport = PinnedTransport(connection, base64.b64decode(settings.host_key))
    try:
        _limit_waiting(transport, settings.connect_timeout)
        _prefer_pinned_type(transport, settings)
        _negotiate(transport, settings)
        _authenticate(transport, settings, key)
    except BaseException:
        shut(transport)
        raise
    transport.set_keepalive(KEEPALIVE_SECONDS)
    return transport


def shut(transport: paramiko.Transport) -> None:
    """Close a connection; paramiko leaves the socket open where the other side broke off first."""
    transport.close()
    transport.sock.close()


def address(settings: SftpSettings) -> str:
    """Return who is connected to, for messages."""
    return f"sftp://{settings.username}@{settings.host}:{settings.port}"


def setting_name(settings: SftpSettings, field: str) -> str:
    """Return the environment variable a field is read from."""
    return str(type(settings).model_fields[field].validation_alias or field)


@contextmanager
def closed_after(transport: paramiko.Transport, seconds: float) -> Iterator[threading.Event]:
    """Close the transport when the time is over, so that whatever waits on it fails; the event says that it was."""
    expired = threading.Event()

    def expire() -> None:
        expired.set()
        shut(transport)

    with broken_off_after(seconds, expire):
        yield expired


def _limit_waiting(transport: paramiko.Transport, seconds: float) -> None:
    transport.banner_timeout = seconds
    transport.handshake_timeout = seconds
    transport.auth_timeout = seconds
    transport.channel_timeout = seconds


def _prefer_pinned_type(transport: paramiko.Transport, settings: SftpSettings) -> None:
    """Ask for a host key of the pinned type first, because a server with keys of many types shows only one."""
    pinned = _key_type(settings)
    wanted = _RSA_SIGNATURES if pinned == "ssh-rsa" else (pinned,)
    options = transport.get_security_options()
    known = tuple(options.key_types)
    if not set(wanted) & set(known):
        raise ConfigError(
            f"{setting_name(settings, 'host_key')} is a key of type {pinned!r}; "
            f"usable types are ssh-rsa, {', '.join(kind for kind in known if not kind.startswith('rsa-'))}."
        )
    options.key_types = (*wanted, *(kind for kind in known if kind not in wanted))


def _negotiate(transport: PinnedTransport, settings: SftpSettings) -> None:
    try:
        with closed_after(transport, settings.connect_timeout):
            transport.start_client(timeout=settings.connect_timeout)
    except paramiko.ssh_exception.IncompatiblePeer as error:
        raise SourceRefused(f"{address(settings)} has no algorithm in common with this client: {error}.") from error
    except (paramiko.SSHException, EOFError, OSError) as error:
        if transport.refused_key is not None:
            raise SourceRefused(other_key(settings, transport.refused_key)) from error
        raise SourceUnavailable(f"{address(settings)} broke off before the log-in: {error}.") from error


def other_key(settings: SftpSettings, shown: bytes) -> str:
    """Return the message for a server that showed another host key than the pinned one."""
    expected = base64.b64decode(settings.host_key)
    return (
        f"{address(settings)} showed another host key than the pinned one: found {_fingerprint(shown)}, "
        f"expected {_fingerprint(expected)} ({setting_name(settings, 'host_key')}). Nothing more was sent. Ask the "
        "partner whether the key was changed; if it was, pin the new one."
    )


def _authenticate(transport: paramiko.Transport, settings: SftpSettings, key: paramiko.PKey | None) -> None:
    password = settings.password.get_secret_value() if settings.password else None
    try:
        with closed_after(transport, 2 * settings.connect_timeout):
            if key is not None:
                transport.auth_publickey(settings.username, key)
            if password is not None and not transport.is_authenticated():
                transport.auth_password(settings.username, password)
    except paramiko.AuthenticationException as error:
        if "timeout" in str(error).lower() or "EOF" in str(error):
            raise SourceUnavailable(f"{address(settings)} did not answer the log-in: {error}") from error
        raise SourceRefused(f"{address(settings)} refused the {_credential(settings)}: {error}") from error
    except (paramiko.SSHException, EOFError, OSError) as error:
        raise SourceUnavailable(f"{address(settings)} broke off during the log-in: {error}.") from error
    if not transport.is_authenticated():
        raise SourceRefused(f"{address(settings)} asks for more than the {_credential(settings)}.")


def _credential(settings: SftpSettings) -> str:
    if settings.private_key is None and settings.private_key_text is None:
        return f"password ({setting_name(settings, 'password')})"
    return _key_name(settings)


def _key_name(settings: SftpSettings) -> str:
    """Return where the private key is, for messages."""
    if settings.private_key_text is not None:
        return f"private key in {setting_name(settings, 'private_key_text')}"
    return f"private key {settings.private_key} ({setting_name(settings, 'private_key')})"


def _private_key(settings: SftpSettings) -> paramiko.PKey:
    """Read the key, of any type, as text or from its file; a passphrase that is not needed does no harm."""
    name = _key_name(settings)
    content = _key_content(settings)
    try:
        return _for_paramiko(_decrypted(content, None))
    except TypeError as error:
        if settings.passphrase is None:
            missing = setting_name(settings, "passphrase")
            raise ConfigError(f"The {name} is encrypted; set {missing}.") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ConfigError(f"The {name} cannot be read as a private key: {error}.") from error
    try:
        return _for_paramiko(_decrypted(content, settings.passphrase.get_secret_value().encode()))
    except (ValueError, UnsupportedAlgorithm) as error:
        wrong = setting_name(settings, "passphrase")
        raise ConfigError(f"The {name} cannot be opened with the passphrase in {wrong}: {error}.") from error


def _key_content(settings: SftpSettings) -> bytes:
    if settings.private_key_text is not None:
        return settings.private_key_text.get_secret_value().encode()
    assert settings.private_key is not None
    try:
        return settings.private_key.read_bytes()
    except OSError as error:
        raise ConfigError(f"The {_key_name(settings)} cannot be read: {error.strerror}.") from error


def _decrypted(content: bytes, passphrase: bytes | None) -> PrivateKeyTypes | SSHPrivateKeyTypes:
    """Raises TypeError if a passphrase is needed, ValueError if the content or the passphrase is wrong."""
    if b"BEGIN OPENSSH" in content:
        return serialization.load_ssh_private_key(content, passphrase)
    return serialization.load_pem_private_key(content, passphrase)


def _for_paramiko(key: PrivateKeyTypes | SSHPrivateKeyTypes) -> paramiko.PKey:
    """Hand a key over in memory: paramiko's own reader fails on some files that are in order."""
    kind: type[paramiko.PKey]
    if isinstance(key, rsa.RSAPrivateKey):
        kind, form = paramiko.RSAKey, serialization.PrivateFormat.TraditionalOpenSSL
    elif isinstance(key, ec.EllipticCurvePrivateKey):
        kind, form = paramiko.ECDSAKey, serialization.PrivateFormat.TraditionalOpenSSL
    elif isinstance(key, ed25519.Ed25519PrivateKey):
        kind, form = paramiko.Ed25519Key, serialization.PrivateFormat.OpenSSH
    else:
        raise ValueError(f"keys of the type {type(key).__name__} are not used with SFTP")  # noqa: TRY004
    plain = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    return kind.from_private_key(io.StringIO(plain.decode("ascii")))


def _key_type(settings: SftpSettings) -> str:
    blob = base64.b64decode(settings.host_key)
    length = int.from_bytes(blob[:4], "big")
    return blob[4 : 4 + length].decode("ascii", "backslashreplace")


def _fingerprint(blob: bytes) -> str:
    digest = binascii.b2a_base64(hashlib.sha256(blob).digest(), newline=False).decode().rstrip("=")
    return f"SHA256:{digest}"
