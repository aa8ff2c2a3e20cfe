"""Run the simulated CFS as a process of its own: python -m sandbox.cfs --port 0 --port-file cfs.port."""

import argparse
import json
import signal
import sys
from pathlib import Path

from sandbox.cfs.options import Options, changed
from sandbox.cfs.server import serve
from sandbox.cfs.simulator import Simulator


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.cfs", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 for any free one")
    parser.add_argument("--port-file", type=Path, help="where to write the port")
    parser.add_argument("--state-file", type=Path, help="where the books are kept from one start to the next")
    parser.add_argument("--options", default="{}", help="a JSON object of options (sandbox/cfs/options.py)")
    parser.add_argument("--with-parent", action="store_true", help="end when the starting process does")
    asked = parser.parse_args()
    try:
        simulator = Simulator(changed(Options(), json.loads(asked.options)))
    except ValueError as error:
        parser.error(f"--options: {error}")
    if asked.state_file:
        simulator.fetch(asked.state_file)
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    try:
        serve(simulator, port=asked.port, port_file=asked.port_file, with_parent=asked.with_parent)
    finally:
        if asked.state_file:
            simulator.keep(asked.state_file)


if __name__ == "__main__":
    main()
