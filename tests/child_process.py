"""A server that a test starts and that ends with the tests, also when they are killed."""

import subprocess
from collections.abc import Sequence
from typing import Any

_UNTIL_END_OF_INPUT = '"$@" & read -r _; kill $! && wait $!'


def start_with_us(command: Sequence[str], **more: Any) -> "subprocess.Popen[bytes]":
    """Start a command that is ended when the input of the returned process ends: by `communicate`, or with us."""
    return subprocess.Popen(["sh", "-c", _UNTIL_END_OF_INPUT, "sh", *command], stdin=subprocess.PIPE, **more)
