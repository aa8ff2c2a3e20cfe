"""A dead man's switch: tell a monitor that a run began, ended well, or ended badly; silence is its alarm.

The signals are those healthchecks.io reads: POST to URL/start, URL, URL/fail, with the last words as the body and a
`rid` that ties start and end together. A monitor that is away never changes how a run ends.
"""

import uuid
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from config.errors import ConfigError, ExitCode
from config.masking import excerpt, register_secret
from config.settings import PingSettings, read
from config.visible import visible
from jobs.run.causes import by_cause
from jobs.run.figures import as_words
from jobs.run.result import RunResult

TIMEOUT_SECONDS = 5
DEADLINE_SECONDS = 10
TRIES = 2
MAX_BODY = 10_000


class Pings:
    """The signals of one run to one address; without an address nothing is sent."""

    def __init__(self, url: str | None, *, log: Any) -> None:
        self._url = url
        self._log = log
        self._rid = str(uuid.uuid4())
        if url is not None:
            register_secret(url)

    def start(self) -> None:
        """Say that the work begins."""
        self._send("/start", "")

    def success(self, said: str = "") -> None:
        """Say that it ended well."""
        self._send("", said)

    def failure(self, said: str) -> None:
        """Say that it ended badly."""
        self._send("/fail", said)

    def ended(self, result: RunResult) -> None:
        """Say how a run ended; one that was asked to stop is neither, and its silence tells."""
        if result.exit_code == ExitCode.DONE or not result.is_news:
            self.success(f"run {result.run_id}: {as_words(result.outcome.counts)}")
        elif result.status != "interrupted":
            said = result.error or "; ".join(map(str, by_cause(result.outcome.rejects)))
            self.failure(f"run {result.run_id}, exit {int(result.exit_code)}: {said}")

    def _send(self, signal: str, said: str) -> None:
        if self._url is None:
            return
        import httpx

        from access.bounded_http import BoundedClient, refused_certificate, what_failed

        parts = urlsplit(self._url)
        address = urlunsplit(parts._replace(path=parts.path.rstrip("/") + signal, query=f"rid={self._rid}"))
        trouble = ""
        content = visible(excerpt(said, MAX_BODY)).encode()[:MAX_BODY]
        with closing(BoundedClient(address, deadline=DEADLINE_SECONDS, timeout=TIMEOUT_SECONDS)) as client:
            for _ in range(TRIES):
                try:
                    answer = client.request("POST", address, content=content)
                except (httpx.HTTPError, httpx.InvalidURL) as error:
                    trouble = refused_certificate(error, parts.hostname) or what_failed(error)
                else:
                    if answer.is_success:
                        return
                    trouble = f"answered {answer.status_code}"
        self._log.warning("ping.not_sent", signal=signal or "success", host=parts.hostname, why=trouble)


def pings_of(command: str, *, log: Any) -> Pings:
    """Return the signals of a command, to the address that PAY_JOBS_PINGS names for it.

    The same job with other arguments is another command: it did not do what the monitor waits for.
    """
    try:
        return Pings(read(PingSettings).addresses().get(command), log=log)
    except ConfigError as error:
        log.warning("ping.not_sent", why=str(error))
        return Pings(None, log=log)
