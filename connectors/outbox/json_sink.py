"""How events and mail leave: one POST of JSON, or a file in a folder where the address is a file:// one."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx

from access.bounded_http import (
    BoundedClient,
    CertificateRefused,
    read_address,
    refused_certificate,
    what_failed,
)
from access.kept_token import KeptToken
from config.errors import ConfigError, InputRefused, SourceRefused, SourceUnavailable
from config.masking import mask_text
from connectors.outbox.model import Answer

TIMEOUT_SECONDS = 15
DEADLINE_SECONDS = 45
TRY_AGAIN = frozenset({408, 425, 429})
CREDENTIALS = frozenset({401, 403, 407})
UNAUTHORIZED = 401
_MAX_SAID = 300
_LIKE = "https://host/path or file:///folder"


class FolderSink:
    """A folder that stands for a receiver: one JSON file a message."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def close(self) -> None:
        """Nothing is open."""

    def write(self, name: str, content: Mapping[str, Any]) -> Answer:
        """Put the content into the folder as a whole file; the same name again replaces it."""
        path = self._path / f"{re.sub(r'[^A-Za-z0-9._-]+', '-', name)}.json"
        part = path.with_suffix(".part")
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
            part.replace(path)
        except OSError as error:
            raise SourceUnavailable(f"{path} cannot be written ({error.strerror}).") from error
        return {"file": str(path)}


class HttpSink:
    """A connection to one HTTP receiver. Every POST carries a key by which a repeat is known.

    token     what it lets us in with, None where it lets anybody in
    settings  where the identity stands that the token is for
    """

    def __init__(self, url: str, token: KeptToken | None, *, what: str, settings: str = "") -> None:
        self._what = what
        self._token = token
        self._settings = settings
        self._http = BoundedClient(url, deadline=DEADLINE_SECONDS, timeout=TIMEOUT_SECONDS)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def post(self, url: str, body: Mapping[str, Any], *, key: str) -> httpx.Response:
        """Send a body and return the answer that accepted it; a token that is refused is renewed once.

        Raises SourceUnavailable where it may be sent again, SourceRefused for credentials, InputRefused where the
        receiver will never take it.
        """
        content = json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        answer = self._send(url, content, headers)
        if answer.is_success:
            return answer
        said = f"{self._what} answered {answer.status_code}{_words(answer)}."
        if answer.is_server_error or answer.status_code in TRY_AGAIN:
            raise SourceUnavailable(f"{said} It is sent again.")
        if answer.is_redirect or answer.status_code in CREDENTIALS:
            raise SourceRefused(f"{said} {self._advice()}".rstrip())
        raise InputRefused(said)

    def _send(self, url: str, content: bytes, headers: dict[str, str]) -> httpx.Response:
        if self._token is None:
            return self._call(url, content, headers)
        value = self._token.current()
        answer = self._call(url, content, {**headers, "Authorization": f"Bearer {value}"})
        if answer.status_code != UNAUTHORIZED:
            return answer
        self._token.forget(value)
        return self._call(url, content, {**headers, "Authorization": f"Bearer {self._token.current()}"})

    def _call(self, url: str, content: bytes, headers: dict[str, str]) -> httpx.Response:
        try:
            return self._http.request("POST", url, content=content, headers=headers)
        except httpx.RequestError as error:
            certificate = refused_certificate(error, urlsplit(url).hostname)
            if certificate is not None:
                raise CertificateRefused(f"{self._what} was sent nothing: {certificate}.") from error
            raise SourceUnavailable(
                f"{self._what} gave no answer: {what_failed(error)}. It is sent again; a repeat has the same key."
            ) from error

    def _advice(self) -> str:
        if not self._settings:
            return ""
        return f"Check {self._settings}." if self._token else f"No token was sent: set {self._settings}."


def sink(url: str, token: KeptToken | None, *, setting: str, what: str, settings: str = "") -> FolderSink | HttpSink:
    """Return what messages to this address go into. Raises ConfigError for an address that is neither.

    setting   where the address stands
    what      who the receiver is, at the start of a sentence
    settings  where the identity stands that the token is for
    """
    parts = read_address(url, setting=setting, like=_LIKE)
    if parts.scheme == "file" and parts.netloc in {"", "localhost"} and parts.path:
        return FolderSink(Path(unquote(parts.path)))
    if parts.scheme in {"http", "https"} and parts.hostname:
        return HttpSink(url, token, what=what, settings=settings)
    raise ConfigError(f"{setting} must be like {_LIKE}, not {url!r}")


def _words(answer: httpx.Response) -> str:
    """Return the first words of an answer, as the end of a sentence."""
    said = answer.content[: 4 * _MAX_SAID].decode("utf-8", "replace")
    words = mask_text(" ".join(said.split()))[:_MAX_SAID]
    return f": {words}" if words else ""
