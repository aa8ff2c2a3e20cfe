"""Files that a command writes for a person: where they can be written, and how they get out of a pod."""

import os
import shlex
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path


def why_not_writable(path: Path) -> str | None:
    """Return why a file cannot be written and where it can be, None if it can."""
    folder = path.absolute().parent
    try:
        if path.is_dir():
            reason = "it is a folder"
        else:
            with tempfile.TemporaryFile(dir=folder):
                return None
    except FileNotFoundError:
        reason = f"there is no folder {folder}"
    except OSError as error:
        reason = f"{folder}: {error.strerror}"
    return f"{path} cannot be written ({reason}). Name a file in {tempfile.gettempdir()}, like {_elsewhere(path)}."


def place_for(name: str) -> Path:
    """Return where to write a file that was not named: here, or where this folder is read-only in the temporary one."""
    here = Path(name)
    return here if why_not_writable(here) is None else _elsewhere(here)


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file whole or not at all."""
    beside = path.absolute().with_name(f".{path.name}.{os.getpid()}")
    try:
        write(beside)
        beside.replace(path.absolute())
    finally:
        beside.unlink(missing_ok=True)


def written(path: Path) -> str:
    """Return that a file was written, and in a pod the line that fetches it from there."""
    from config.settings import PodSettings, read

    pod = read(PodSettings)
    if not pod.cluster:
        return f"Written: {path}"
    source = f"{pod.hostname or socket.gethostname()}:{path.absolute()}"
    return f"Written: {path}. On your own machine: oc cp {shlex.quote(source)} {shlex.quote(path.name)}"


def _elsewhere(path: Path) -> Path:
    return Path(tempfile.gettempdir()) / path.name


def artifact_name(key: str) -> str:
    """Return the last part of a key, by which its file is called; one that is no plain name becomes `artifact`."""
    from connectors.inbound.listing import name_fault

    name = key.rpartition("/")[2]
    return name if name_fault(name) is None else "artifact"
