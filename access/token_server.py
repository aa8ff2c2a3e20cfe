"""Ask a token server for an access token (OAuth 2.0, by client credentials; or the metadata server of a machine)."""

from collections.abc import Mapping
from contextlib import closing
from urllib.parse import urlsplit

import httpx

from access.bounded_http import (
    BoundedClient,
    CertificateRefused,
    read_address,
    refused_certificate,
    what_failed,
)
from access.kept_token import Token, read_token
from config.errors import ConfigError, SourceRefused, SourceUnavailable
from config.masking import excerpt

TIMEOUT_SECONDS = 10
DEADLINE_SECONDS = 20
_TRY_AGAIN = frozenset({408, 425, 429})
_LONGEST_REASON = 200


def token_by_client_credentials(
    url: str, client_id: str, client_secret: str, *, what: str, settings: tuple[str, str, str]
) -> Token:
    """Return a new token of a client.

    what      who the server is, at the start of a sentence
    settings  where its address, the client's id and the client's secret stand
    """
    address, *credentials = settings
    parts = read_address(url, setting=address, like="https://host/path")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigError(f"{address} must be like https://host/path, not {url!r}")
    basic = httpx.BasicAuth(client_id, client_secret)
    request = next(basic.auth_flow(httpx.Request("POST", url)))
    answer = _ask(
        "POST",
        url,
        what=what,
        headers={"Authorization": request.headers["Authorization"]},
        data={"grant_type": "client_credentials"},
    )
    if answer.status_code in {400, 401, 403}:
        raise SourceRefused(
            f"{what} refused the client id or its secret ({answer.status_code}{_reason(answer)}). "
            f"Check {' and '.join(credentials)}."
        )
    return _token_in(answer, what=what, hint=f"Check {address}.")


def token_by_get(url: str, *, what: str, unset: str, headers: Mapping[str, str]) -> Token:
    """Return the token that an address gives to whoever may reach it.

    unset  why it was asked, for whoever did not expect it
    """
    try:
        return _token_in(_ask("GET", url, what=what, headers=headers), what=what, hint=unset)
    except SourceUnavailable as error:
        raise SourceUnavailable(f"{error} {unset}") from error


def call_token_server(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    data: Mapping[str, str] | None = None,
) -> httpx.Response:
    """Send one request on a connection of its own: tokens are asked for once an hour. Raises httpx.RequestError."""
    with closing(BoundedClient(url, deadline=DEADLINE_SECONDS, timeout=TIMEOUT_SECONDS)) as client:
        return client.request(method, url, headers=headers, content=content, data=data)


def no_token(error: httpx.RequestError, url: str, *, what: str) -> SourceUnavailable | CertificateRefused:
    """Return the error for a token server that gave no answer."""
    host = urlsplit(url).hostname
    certificate = refused_certificate(error, host)
    if certificate is not None:
        return CertificateRefused(f"{what} was asked for no token, as {certificate}.")
    return SourceUnavailable(f"{what} at {host} gave no token; {what_failed(error)}.")


def _ask(
    method: str, url: str, *, what: str, headers: Mapping[str, str], data: Mapping[str, str] | None = None
) -> httpx.Response:
    try:
        return call_token_server(method, url, headers=headers, data=data)
    except httpx.RequestError as error:
        raise no_token(error, url, what=what) from error


def _token_in(answer: httpx.Response, *, what: str, hint: str) -> Token:
    status = answer.status_code
    if answer.is_server_error or status in _TRY_AGAIN:
        raise SourceUnavailable(f"{what} gave no token; it answered {status}{_reason(answer)}.")
    if not answer.is_success:
        raise SourceRefused(f"{what} gave no token; it answered {status}{_reason(answer)}. {hint}")
    try:
        return read_token(answer.content)
    except ValueError as error:
        raise SourceUnavailable(f"{what} gave no token; its answer cannot be read ({error}).") from None


def _reason(answer: httpx.Response) -> str:
    """Return the first words of an answer, as they stand behind its number."""
    said = " ".join(answer.content[: 8 * _LONGEST_REASON].decode("utf-8", "replace").split())
    return f": {excerpt(said, _LONGEST_REASON)}" if said else ""
