"""The simulated CFS in a thread of this process: jobs call it over HTTP, actors write into its books directly."""

import tempfile
import threading
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sandbox.cfs.options import Options
from sandbox.cfs.server import serve
from sandbox.cfs.simulator import Simulator

_START_SECONDS = 20


@dataclass(frozen=True)
class CfsThread:
    """The running simulator."""

    simulator: Simulator
    port: int

    def environment(self) -> dict[str, str]:
        """Return the settings that lead to it."""
        return Options().environment(f"http://127.0.0.1:{self.port}", max_per_second=100_000)


@cache
def cfs_of_this_process() -> CfsThread:
    """Return the one simulator of this process, started with the first call. Raise RuntimeError if it fails to."""
    simulator = Simulator()
    with tempfile.TemporaryDirectory() as folder:
        port_file = Path(folder) / "port"
        thread = threading.Thread(
            target=serve, args=(simulator,), kwargs={"port": 0, "port_file": port_file}, name="CFS", daemon=True
        )
        thread.start()
        until = time.monotonic() + _START_SECONDS
        while not port_file.exists():
            if not thread.is_alive() or time.monotonic() > until:
                raise RuntimeError("the CFS simulator did not start")
            time.sleep(0.01)
        return CfsThread(simulator, int(port_file.read_text()))
