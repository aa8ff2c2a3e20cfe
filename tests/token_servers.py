"""A token server and a receiver that wants its tokens, on one local port: Keycloak, Google's, and a metadata server."""

import base64
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

CLIENT, SECRET = "pay-jobs", "the-secret-of-a-client"
KEYCLOAK = "/realms/bcregistry/protocol/openid-connect/token"
GOOGLE, STS = "/google/token", "/google/sts"
METADATA = "/computeMetadata/v1/instance/service-accounts/default/token"


@dataclass
class TokenRequest:
    """What was asked of the token server."""

    path: str
    headers: Mapping[str, str]
    form: Mapping[str, str]


class TokenServer(ThreadingHTTPServer):
    """It gives a new token to whoever asks rightly, and takes messages of those who have the newest one.

    answers  what it says to the next who ask for a token, in place of one: status and body
    """

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.lifetime = 300
        self.answers: list[tuple[int, Any]] = []
        self.asked: list[TokenRequest] = []
        self.given: list[str] = []
        self.taken: list[Any] = []
        self.refused = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def give(self) -> dict[str, Any]:
        self.given.append(f"ya29.token-number-{len(self.given) + 1}")
        return {"access_token": self.given[-1], "expires_in": self.lifetime, "token_type": "Bearer"}

    def revoke(self) -> None:
        """Refuse every token given so far."""
        self.given.append("none has this one")


class _Handler(BaseHTTPRequestHandler):
    server: TokenServer

    def do_GET(self) -> None:
        self._token({})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if urlsplit(self.path).path in {KEYCLOAK, GOOGLE, STS}:
            self._token(dict(parse_qsl(body.decode())))
        elif self.headers["Authorization"] == f"Bearer {(self.server.given or [''])[-1]}":
            self.server.taken.append(json.loads(body))
            self._answer(200, {"messageIds": ["m-1"]})
        else:
            self.server.refused += 1
            self._answer(401, f"who is {self.headers['Authorization']}?")

    def _token(self, form: Mapping[str, str]) -> None:
        self.server.asked.append(TokenRequest(self.path, dict(self.headers.items()), form))
        if self.server.answers:
            self._answer(*self.server.answers.pop(0))
        elif self._is_known(form):
            self._answer(200, self.server.give() | {"issued_token_type": "x"})
        else:
            self._answer(401, {"error": "invalid_client"})

    def _is_known(self, form: Mapping[str, str]) -> bool:
        path = urlsplit(self.path).path
        if path == KEYCLOAK:
            basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            return self.headers["Authorization"] == f"Basic {basic}" and form == {"grant_type": "client_credentials"}
        if path == METADATA:
            return self.headers["Metadata-Flavor"] == "Google"
        return path in {GOOGLE, STS}

    def _answer(self, status: int, body: Any) -> None:
        content = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        try:
            self.wfile.write(content)
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        return


@contextmanager
def token_server(port: int = 0) -> Iterator[TokenServer]:
    """Run a token server."""
    with TokenServer(port) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
