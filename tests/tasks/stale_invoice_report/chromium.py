"""Drives headless Chromium over its debugging pipe: no driver, no package, and no port that could be taken."""

import base64
import importlib.util
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.waiting import wait_until

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
    "--disable-background-networking", "--disable-component-update", "--remote-debugging-pipe",
)  # fmt: skip
_AXE = Path(importlib.util.find_spec("axe_core_python").submodule_search_locations[0]) / "axe.min.js"  # type: ignore[union-attr, index]
_RUN_AXE = (
    "axe.run({options}).then((found) => found.violations.map((one) =>"
    " ({{rule: one.id, where: one.nodes[0].html, why: one.nodes[0].failureSummary}})))"
)
# The browser reads its commands from descriptor 3 and answers on 4.
_START = (
    "import fcntl, os, sys; pair = [fcntl.fcntl(int(word), fcntl.F_DUPFD, 10) for word in sys.argv[1:3]];"
    "os.dup2(pair[0], 3); os.dup2(pair[1], 4); os.execvp(sys.argv[3], sys.argv[3:])"
)


class Page:
    """One open page. What it complained about, and every address it asked for, is kept."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self._to, self._from = to_browser, from_browser
        self._numbers = itertools.count(1)
        self._buffer = b""
        self._session: str | None = None
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **values: Any) -> Any:
        """Send a command and return its result."""
        number = next(self._numbers)
        message: dict[str, Any] = {"id": number, "method": method, "params": values}
        if self._session:
            message["sessionId"] = self._session
        words = json.dumps(message).encode() + b"\0"
        while words:  # a signal in the middle leaves the rest to us
            words = words[os.write(self._to, words) :]
        while (answer := self._read()).get("id") != number:
            self._note(answer)
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def open(self, path: Path, *, width: int = 1400, height: int = 900) -> None:
        """Open a file and wait until its script has run."""
        self.open_address(path.as_uri(), width=width, height=height)

    def open_address(self, address: str, *, width: int, height: int) -> None:
        """Open an address and wait until its page is complete."""
        self.resize(width, height)
        self.js("window.isOld = true")
        self.ask("Page.navigate", url=address)
        self.wait_for("document.readyState === 'complete' && !window.isOld")

    def resize(self, width: int, height: int) -> None:
        """Resize the window."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def js(self, expression: str) -> Any:
        """Return the value of an expression."""
        result = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def wait_for(self, expression: str) -> None:
        """Wait until an expression is true."""
        wait_until(lambda: self.js(expression), expression)

    def press(self, key: str, text: str = "") -> None:
        """Press a key, as a person would."""
        codes = {"Tab": 9, "Enter": 13, " ": 32}
        values = {"key": key, "code": key, "windowsVirtualKeyCode": codes.get(key, 0)}
        shown = text or {"Enter": "\r", " ": " "}.get(key, "")
        self.ask("Input.dispatchKeyEvent", type="keyDown", text=shown, **values)
        self.ask("Input.dispatchKeyEvent", type="keyUp", **values)

    def type(self, words: str) -> None:
        """Type words into what has the focus."""
        self.ask("Input.insertText", text=words)

    def violations(self, options: dict[str, Any] | None = None) -> list[dict[str, str]]:
        """Return what axe-core finds wrong with the page as it is shown now.

        options  those of axe.run, such as which rules to run; all of them by default
        """
        if not self.js("'axe' in window"):
            self.js(f"{_AXE.read_text(encoding='utf-8')};undefined")
        expression = _RUN_AXE.format(options=json.dumps(options or {}))
        found = self.ask("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        violations: list[dict[str, str]] = found["result"]["value"]
        return violations

    def pdf(self) -> bytes:
        """Return the page as it is printed."""
        return base64.b64decode(self.ask("Page.printToPDF", printBackground=True, preferCSSPageSize=True)["data"])

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            part = os.read(self._from, 1 << 16)
            assert part, "Chromium ended"
            self._buffer += part
        line, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        return message

    def _note(self, event: dict[str, Any]) -> None:
        method, values = event.get("method"), event.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(values["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(str(values["exceptionDetails"]))
        elif method == "Log.entryAdded":
            self.complaints.append(str(values["entry"]))
        elif method == "Runtime.consoleAPICalled" and values["type"] in {"error", "warning", "assert"}:
            self.complaints.append(str(values["args"]))


@contextmanager
def chromium() -> Iterator[Page]:
    """Return a page of a fresh browser, which ends with the block."""
    assert CHROMIUM is not None
    commands, to_browser = os.pipe()
    from_browser, answers = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                _START,
                str(commands),
                str(answers),
                CHROMIUM,
                *_FLAGS,
                f"--user-data-dir={profile}",
            ],
            pass_fds=(commands, answers),
            env=os.environ | {"TMPDIR": profile},  # what it leaves there goes with the profile
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(commands)
        os.close(answers)
        try:
            yield Page(to_browser, from_browser)
        finally:
            os.close(to_browser)
            os.close(from_browser)
            process.terminate()
            process.wait(10)
