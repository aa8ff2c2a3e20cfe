"""What google-auth does for us: a token for a service account's key, or by workload identity federation.

Imported when the first token is asked for. Its calls go through our bounded HTTP client.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx
from google.auth import exceptions, identity_pool, transport
from google.oauth2 import service_account

from access.kept_token import UNSAID_LIFETIME, Token, new_token
from access.token_server import call_token_server, no_token
from config.errors import ConfigError, PayJobsError, SourceRefused, SourceUnavailable
from config.masking import excerpt, register_secret

WHAT = "The token server of Google"
_KINDS = {
    "service_account": service_account.Credentials.from_service_account_info,
    "external_account": identity_pool.Credentials.from_info,
}
_LONGEST_REASON = 300


def ask_for_token(said: Mapping[str, Any], scope: str, *, where: str) -> Token:
    """Return a new token for credentials as JSON holds them.

    where  the setting they stand in
    Raises ConfigError where they cannot be used; SourceRefused, CertificateRefused, SourceUnavailable as the server is.
    """
    credentials = _credentials(said, scope, where)
    try:
        credentials.refresh(_request)
        expiry = credentials.expiry
        left = (expiry.replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds() if expiry else UNSAID_LIFETIME
        return new_token(credentials.token, left)
    except exceptions.GoogleAuthError as error:
        raise _failure(error, where) from error
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError):
        raise SourceUnavailable(f"{WHAT} gave no token; its answer cannot be read.") from None


def _credentials(said: Mapping[str, Any], scope: str, where: str) -> Any:
    make = _KINDS.get(str(said.get("type")))
    if make is None:
        raise ConfigError(
            f"{where} holds credentials of another type than those that are used: {' and '.join(_KINDS)} "
            "(workload identity federation)."
        )
    for secret in ("private_key", "client_secret"):
        if isinstance(said.get(secret), str):
            register_secret(said[secret])
    try:
        return make(said, scopes=[scope])  # type: ignore[no-untyped-call]
    except exceptions.MalformedError as error:
        raise ConfigError(f"{where} cannot be used: {excerpt(str(error), _LONGEST_REASON)}") from None
    except Exception:
        raise ConfigError(f"{where} cannot be used: its private key is damaged.") from None


def _failure(error: exceptions.GoogleAuthError, where: str) -> PayJobsError:
    said = excerpt(" ".join(str(error.args[0] if error.args else error).split()), _LONGEST_REASON)
    if error.retryable:
        return SourceUnavailable(f"{WHAT} gave no token; {said}.")
    return SourceRefused(f"{WHAT} refused the credentials in {where}: {said}.")


def _request(
    url: str,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    timeout: float | None = None,
    **_more: Any,
) -> "_Response":
    try:
        return _Response(call_token_server(method, url, headers=headers, content=body))
    except httpx.RequestError as error:
        raise no_token(error, url, what=WHAT) from error


class _Response(transport.Response):
    """An answer, as google-auth reads it."""

    def __init__(self, answer: httpx.Response) -> None:
        self._answer = answer

    @property
    def status(self) -> int:
        return self._answer.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        return self._answer.headers

    @property
    def data(self) -> bytes:
        return self._answer.content
