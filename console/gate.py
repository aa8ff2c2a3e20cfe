"""What stands before every page: who may look, by which method, and what the browser may do with the answer."""

from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.visible import on_one_line

METHODS = ("GET", "HEAD")
# The first is the one that the proxy always writes itself: what a browser sends under it is replaced.
PERSON_HEADERS = ("x-forwarded-user", "x-forwarded-email")
OWN_MACHINE = frozenset({"127.0.0.1", "localhost", "[::1]"})
LONGEST_NAME = 100
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
        "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class AccessGate:
    """Lets GET and HEAD of people through whom the proxy names, or of this machine; every answer gets HEADERS.

    needs_person  whether the proxy's header must name somebody; else only names of this machine are answered
    """

    def __init__(self, app: ASGIApp, *, needs_person: bool) -> None:
        self._app = app
        self._needs_person = needs_person

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        person = person_of(Headers(scope=scope))
        scope.setdefault("state", {})["person"] = person
        refusal = self._refusal(scope, person)
        await (refusal or self._app)(scope, receive, _with_headers(send))

    def _refusal(self, scope: MutableMapping[str, Any], person: str) -> PlainTextResponse | None:
        if scope["method"] not in METHODS:
            allowed = {"Allow": ", ".join(METHODS)}
            return PlainTextResponse("This console only shows: GET and HEAD.\n", 405, headers=allowed)
        if self._needs_person and not person:
            return PlainTextResponse("Come by the Route: its proxy did not say who you are.\n", 403)
        host = Headers(scope=scope).get("host", "").rpartition(":")[0] or Headers(scope=scope).get("host", "")
        if not self._needs_person and host not in OWN_MACHINE:
            return PlainTextResponse("This console answers on this machine only: http://127.0.0.1\n", 421)
        return None


def person_of(headers: Headers) -> str:
    """Return who looks, as the proxy's header names them; "" where it names nobody."""
    named = (headers.get(name, "") for name in PERSON_HEADERS)
    return next((on_one_line(name.strip())[:LONGEST_NAME] for name in named if name.strip()), "")


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sending
