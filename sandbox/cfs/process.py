"""Start the simulated CFS as a process, and talk to it."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx
from pydantic import SecretStr

from config.settings import CfsSettings
from connectors.cfs import exact_json
from sandbox.cfs.nightly import SettlementFile
from sandbox.cfs.options import Options

ROOT = Path(__file__).parents[2]
START_SECONDS = 20


class CfsAdmin:
    """What can be asked of a running simulator, besides what CFS itself can be asked.

    Raise httpx.HTTPStatusError with the simulator's words where it does not understand.
    """

    def __init__(self, base_url: str) -> None:
        self._http = httpx.Client(base_url=f"{base_url}/_admin", timeout=60, trust_env=False)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def books(self) -> dict[str, object]:
        """Return whether the books balance: `balances`, `violations`, `totals`."""
        return self._ask("GET", "books")

    def state(self) -> dict[str, dict[str, dict[str, object]]]:
        """Return everything in the books by kind and number; amounts are strings."""
        return self._ask("GET", "state")  # type: ignore[return-value]

    def put_back(self, state: Mapping[str, object]) -> None:
        """Put the books back to what `state` gave earlier."""
        self._ask("POST", "state", state)

    def calls(self, *, method: str = "", path_ends: str = "") -> list[dict[str, object]]:
        """Return the calls since the last reset, with method, path, identity, status, fault, request_id."""
        calls = self._ask("GET", "calls")["calls"]
        assert isinstance(calls, list)
        return [one for one in calls if method in {"", one["method"]} and str(one["path"]).endswith(path_ends)]

    def reset(self) -> None:
        """Forget everything, faults and changed options too."""
        self._ask("POST", "reset")

    def seed(self, **kinds: Sequence[Mapping[str, object]]) -> None:
        """Put objects into the books; the kinds and fields are those of sandbox/cfs/seeding.py."""
        self._ask("POST", "seed", kinds)

    def order_faults(self, *faults: Mapping[str, object]) -> None:
        """Order faults (sandbox/cfs/faults.py) in place of those ordered before; none to end them."""
        self._ask("POST", "faults", faults)

    def set_options(self, **options: object) -> None:
        """Change options (sandbox/cfs/options.py) until the next reset."""
        self._ask("POST", "options", options)

    def expire_tokens(self) -> None:
        """End every token that was given out."""
        self._ask("POST", "expire-tokens")

    def nightly(self, day: date, *, bounced: Sequence[str] = ()) -> SettlementFile:
        """Let a night pass and return its settlement file."""
        answer = self._send("POST", "nightly", {"date": day.isoformat(), "bounced": list(bounced)})
        return SettlementFile(answer.headers["Content-Disposition"].split('"')[1], answer.content)

    def _ask(self, method: str, path: str, body: object = None) -> dict[str, object]:
        answer: dict[str, object] = exact_json.loads(self._send(method, path, body).content)
        return answer

    def _send(self, method: str, path: str, body: object = None) -> httpx.Response:
        answer = self._http.request(method, path, content=None if body is None else exact_json.dumps(body))
        if answer.is_error:
            raise httpx.HTTPStatusError(answer.text, request=answer.request, response=answer)
        return answer


@dataclass
class RunningCfs:
    """A simulator at work."""

    base_url: str
    admin: CfsAdmin
    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        """The process to end, for whoever comes after this one."""
        return self.process.pid

    def environment(self, options: Options | None = None) -> dict[str, str]:
        """Return the environment variables with which a job finds it."""
        return (options or Options()).environment(self.base_url)

    def settings(self, *, timeout: float = 10, max_per_second: float = 1000) -> CfsSettings:
        """Return the settings with which a client in this process finds it."""
        known = Options()
        return CfsSettings(
            base_url=self.base_url,
            client_id=known.paybc_id,
            client_secret=SecretStr(known.paybc_secret),
            fas_client_id=known.fas_id,
            fas_client_secret=SecretStr(known.fas_secret),
            connector_auth=SecretStr(known.connector_auth),
            connect_timeout=timeout,
            max_per_second=max_per_second,
        )

    def stop(self) -> None:
        """End it; with a state file, its books are kept."""
        self.admin.close()
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)


def start_cfs(
    *,
    port: int = 0,
    state_file: Path | None = None,
    log_file: Path | None = None,
    options: Mapping[str, object] | None = None,
    outlives_us: bool = False,
) -> RunningCfs:
    """Start a simulator and wait until it answers.

    state_file   keep the books there from one start to the next
    log_file     where its errors go; nowhere unless named
    options      see sandbox/cfs/options.py
    outlives_us  leave it running when this process ends
    Raise RuntimeError if it does not come up.
    """
    with tempfile.TemporaryDirectory() as directory:
        port_file = Path(directory) / "port"
        command = [sys.executable, "-m", "sandbox.cfs", "--port", str(port), "--port-file", str(port_file)]
        command += ["--options", exact_json.dumps(options or {})]
        command += ["--state-file", str(state_file.absolute())] if state_file else []
        command += [] if outlives_us else ["--with-parent"]
        with (log_file or Path(os.devnull)).open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=outlives_us,
            )
        try:
            base_url = f"http://127.0.0.1:{_wait_for_port(process, port_file)}"
        except RuntimeError:
            process.kill()
            process.wait()
            raise
    return RunningCfs(base_url, CfsAdmin(base_url), process)


def _wait_for_port(process: subprocess.Popen[bytes], port_file: Path) -> int:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if port_file.exists():
            return int(port_file.read_text())
        if process.poll() is not None:
            raise RuntimeError(f"the CFS simulator ended with {process.returncode} before it answered")
        time.sleep(0.02)
    raise RuntimeError(f"the CFS simulator did not answer within {START_SECONDS} s")
