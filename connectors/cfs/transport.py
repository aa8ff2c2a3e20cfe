"""One call to CFS: identity, rate, log, repeats, and what its answer means.

Source: docs/specs/cfs-api.md sections 1 and 2. A call that only reads, asks for a token or sets a site is
repeated when CFS is away. A POST is sent once: where its answer is lost the caller is told so with
CfsOutcomeUnknown, because only a look in CFS can say whether it was done. The one repeat of a POST follows a
401, which is refused undone.
"""

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar
from urllib.parse import urlsplit

import tenacity

from access.bounded_http import (
    AnswerUnusable,
    BoundedClient,
    read_address,
    refused_certificate,
    what_failed,
)
from access.kept_token import KeptToken, Token, read_token
from config.errors import ConfigError
from config.lean_imports import without
from config.log_setup import get_log
from config.masking import register_secret
from config.settings import CfsSettings
from connectors.cfs import exact_json
from connectors.cfs.answers import is_away, reason_of, said, says_down
from connectors.cfs.errors import (
    CfsAnswerUnreadable,
    CfsCertificateRefused,
    CfsCredentialsRefused,
    CfsOutcomeUnknown,
    CfsReadOnly,
    CfsRejected,
    CfsUnavailable,
)
from connectors.cfs.names import CfsCaller
from connectors.cfs.rate_limit import RateLimit
from connectors.cfs.reading import JsonObject
from connectors.effects import last_checks

with without("pygments"):  # for httpx as a command of its own
    import httpx

TRIES = 4
DEADLINE_TIMES = 3  # a call may take that many times what one wait in it may take
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)

Result = TypeVar("Result")


@dataclass(frozen=True)
class CfsCall:
    """What is asked of CFS. `action` and `subject` are for people and the log: no account or bank number."""

    action: str
    subject: str
    method: str
    path: str
    identity: CfsCaller = CfsCaller.PAYBC
    body: JsonObject | None = None

    def __str__(self) -> str:
        return f"{self.action} {self.subject}".strip()


class Transport:
    """The connection of a run to CFS, for any number of threads.

    clock  seconds that only go forward
    sleep  waits that many seconds
    """

    def __init__(
        self,
        settings: CfsSettings,
        *,
        read_only: bool = False,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._settings = settings
        self._read_only = read_only
        self._sleep = sleep
        self._log = get_log(system="cfs")
        self._rate = RateLimit(settings.max_per_second, clock=clock, sleep=sleep)
        self._tokens = {one: KeptToken(partial(self._fetch_token, one), clock=clock) for one in CfsCaller}
        self._http = self._open(settings)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def get(self, call: CfsCall, read: Callable[[JsonObject], Result]) -> Result | None:
        """Read an object; None if it is not there."""
        return self._patiently(lambda: self._attempt(call, read))

    def put(self, call: CfsCall, read: Callable[[JsonObject], Result]) -> Result:
        """Set an object to what the call says; saying it twice is harmless."""
        self._refuse_if_read_only(call)
        return self._there(call, self._patiently(lambda: self._attempt(call, read)))

    def post(self, call: CfsCall, read: Callable[[JsonObject], Result]) -> Result:
        """Change something, once. Raises CfsOutcomeUnknown where the answer is lost or unreadable."""
        self._refuse_if_read_only(call)
        self._patiently(self._tokens[call.identity].current)
        return self._there(call, self._attempt(call, read))

    def _attempt(self, call: CfsCall, read: Callable[[JsonObject], Result]) -> Result | None:
        token = self._tokens[call.identity].current()
        answer = self._send(call, {"Authorization": f"Bearer {token}"})
        if answer.status_code == 401:
            self._tokens[call.identity].forget(token)
            token = self._tokens[call.identity].current()
            answer = self._send(call, {"Authorization": f"Bearer {token}"})
        if answer.status_code in {401, 403}:
            raise CfsCredentialsRefused(
                f"CFS does not let {call.identity} {call} ({answer.status_code}). Nothing was changed."
            )
        if self._is_missing(call, answer):
            return None
        return self._read(call, answer, read)

    def _read(self, call: CfsCall, answer: httpx.Response, read: Callable[[JsonObject], Result]) -> Result:
        """Return what a final answer says, or raise what it means."""
        status = answer.status_code
        lost: type[CfsUnavailable] = CfsOutcomeUnknown if call.method == "POST" else CfsUnavailable
        if is_away(answer):
            raise lost(f"CFS could not {call}: it answered {status}{said(answer)}. {_state(lost)}")
        if status >= 400:
            reason = reason_of(answer) or f"no reason given, status {status}"
            raise CfsRejected(
                f"CFS refused to {call}: {reason} ({status}). Nothing was changed in CFS.",
                reason=reason,
                status_code=status,
            )
        try:
            body = exact_json.loads(answer.content or b"{}")
            if status >= 300 or not isinstance(body, dict):
                raise CfsAnswerUnreadable(f"status {status}, no JSON object")
            return read(body)
        except (ValueError, CfsAnswerUnreadable) as error:
            if call.method == "PUT" and status < 300:
                return read({})  # it has been set; whoever wants to know more looks
            found = f"CFS was asked to {call}, and its answer cannot be read: {error}."
            if call.method == "POST":
                raise CfsOutcomeUnknown(f"{found} {_state(CfsOutcomeUnknown)}") from error
            raise CfsAnswerUnreadable(found) from error

    @staticmethod
    def _is_missing(call: CfsCall, answer: httpx.Response) -> bool:
        return call.method == "GET" and answer.status_code == 404 and not says_down(answer)

    @staticmethod
    def _there(call: CfsCall, result: Result | None) -> Result:
        assert result is not None, f"{call}: only a GET may find nothing"
        return result

    def _refuse_if_read_only(self, call: CfsCall) -> None:
        if self._read_only:
            raise CfsReadOnly(f"A run that must not change CFS was about to {call}.")

    def _patiently(self, attempt: Callable[[], Result]) -> Result:
        """Repeat what is harmless to repeat while CFS is away."""
        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(TRIES),
            wait=tenacity.wait_exponential(multiplier=0.5, max=8) + tenacity.wait_random(0, 0.5),
            retry=tenacity.retry_if_exception_type(CfsUnavailable),
            sleep=self._sleep,
            reraise=True,
        )
        return retrying(attempt)

    def _send(self, call: CfsCall, headers: dict[str, str], form: dict[str, str] | None = None) -> httpx.Response:
        """Send one request and log it. Raises CfsUnavailable or CfsOutcomeUnknown if no answer comes."""
        self._rate.wait()
        request_id = uuid.uuid4().hex
        content = None
        headers = {**headers, "X-Request-Id": request_id}
        if form is None:
            headers["Content-Type"] = "application/json"
            content = None if call.body is None else exact_json.dumps(call.body)
        log = self._log.bind(method=call.method, action=call.action, subject=call.subject, request_id=request_id)
        if call.method != "GET" and form is None:
            last_checks()
        try:
            answer = self._http.request(call.method, call.path, headers=headers, content=content, data=form)
        except httpx.RequestError as error:
            log.warning("cfs.no_answer", error=what_failed(error))
            certificate = refused_certificate(error, urlsplit(self._settings.base_url).hostname)
            if certificate is not None:
                raise CfsCertificateRefused(f"CFS could not be asked to {call}: {certificate}.") from error
            if isinstance(error, AnswerUnusable) and call.method == "GET":
                raise CfsAnswerUnreadable(
                    f"CFS was asked to {call}, and its answer cannot be used: {error}."
                ) from error
            unsure = call.method == "POST" and form is None and not isinstance(error, NEVER_SENT)
            kind = CfsOutcomeUnknown if unsure else CfsUnavailable
            raise kind(f"CFS gave no answer when asked to {call}: {what_failed(error)}. {_state(kind)}") from error
        (log.debug if call.method == "GET" else log.info)(
            "cfs.call", status=answer.status_code, milliseconds=round(answer.elapsed.total_seconds() * 1000)
        )
        return answer

    def _fetch_token(self, identity: CfsCaller) -> Token:
        """Ask for an access token (section 2)."""
        settings = self._settings
        fas = identity is CfsCaller.FAS
        name = settings.fas_client_id if fas else settings.client_id
        secret = settings.fas_client_secret if fas else settings.client_secret
        basic = httpx.BasicAuth(name, secret.get_secret_value())
        request = next(basic.auth_flow(httpx.Request("POST", settings.base_url)))
        call = CfsCall("fetch a token for", str(identity), "POST", "/oauth/token", identity)
        answer = self._send(
            call, {"Authorization": request.headers["Authorization"]}, {"grant_type": "client_credentials"}
        )
        if answer.status_code in {400, 401, 403}:
            raise CfsCredentialsRefused(
                f"CFS refused the client id or secret of the identity {identity} ({answer.status_code}). Check "
                f"{'CFS_FAS_CLIENT_ID and CFS_FAS_CLIENT_SECRET' if fas else 'CFS_CLIENT_ID and CFS_CLIENT_SECRET'}."
            )
        if not answer.is_success:
            raise CfsUnavailable(f"CFS gave no token to {identity}: it answered {answer.status_code}{said(answer)}.")
        try:
            return read_token(answer.content)
        except ValueError:
            raise CfsUnavailable(f"CFS answered the token request of {identity} without a token.") from None

    @staticmethod
    def _open(settings: CfsSettings) -> BoundedClient:
        url = read_address(settings.base_url, setting="CFS_BASE_URL", like="https://host/path")
        if url.scheme not in {"http", "https"} or not url.hostname:
            raise ConfigError(f"CFS_BASE_URL must be like https://host/path, not {settings.base_url!r}")
        headers = {}
        for secret in (settings.client_secret, settings.fas_client_secret, settings.connector_auth):
            if secret is not None:
                register_secret(secret.get_secret_value())
        if settings.connector_auth is not None:
            headers["Pay-Connector"] = settings.connector_auth.get_secret_value()
        return BoundedClient(
            settings.base_url,
            deadline=DEADLINE_TIMES * settings.connect_timeout,
            base_url=settings.base_url.rstrip("/"),
            headers=headers,
            timeout=settings.connect_timeout,
            limits=httpx.Limits(max_connections=32, max_keepalive_connections=32, keepalive_expiry=30),
        )


def _state(kind: type[CfsUnavailable]) -> str:
    if kind is CfsOutcomeUnknown:
        return "It may or may not have been done; look it up before sending it again."
    return "Nothing was changed."
