"""Import a package without what it takes along and we never use: a tenth of the time of a short run."""

import importlib
import importlib.util
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, cast


@contextmanager
def without(name: str) -> Iterator[None]:
    """Hide a package from what is imported meanwhile and can do without it; one that is loaded already stays."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = cast(ModuleType, None)
    try:
        yield
    finally:
        del sys.modules[name]


class _StandIn(ModuleType):
    """What stands for a module until something is asked of it that it does not know."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # the import system asks for these
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def standing_in(name: str, **known: Any) -> Iterator[None]:
    """Give what is imported meanwhile a module that is loaded with its first use.

    known  what is asked of it while it is imported
    """
    if name in sys.modules:
        yield
        return
    sys.modules[name] = stand_in = _StandIn(name)
    vars(stand_in).update(known)
    parent, _, child = name.rpartition(".")
    if parent in sys.modules:
        vars(sys.modules[parent]).setdefault(child, stand_in)
    try:
        yield
    finally:
        if sys.modules.get(name) is stand_in:
            del sys.modules[name]


@contextmanager
def without_metadata() -> Iterator[None]:
    """Answer what is imported meanwhile about versions without reading packages' metadata; it finds no plug-ins."""
    with standing_in("importlib.metadata", entry_points=_no_plug_ins, version=_version_of):
        yield


def _no_plug_ins(**_group: str) -> tuple[()]:
    return ()


def _version_of(package: str) -> str:
    """Return the version of an installed package, by the name of the folder of its metadata where it has one."""
    begins = f"{package.replace('-', '_')}-"
    for place in sys.path:
        for folder in Path(place).glob(f"{begins}*.dist-info"):
            return folder.name.removeprefix(begins).removesuffix(".dist-info")
    del sys.modules["importlib.metadata"]  # the stand-in
    version: str = importlib.import_module("importlib.metadata").version(package)
    return version


_ONE_AT_A_TIME = threading.RLock()


@contextmanager
def alone(package: str) -> Iterator[None]:
    """Import parts of a package without what the package itself would import.

    One thread at a time: another one would find the bare package, and lose it while it imports.
    """
    with _ONE_AT_A_TIME:
        if package in sys.modules:
            yield
            return
        spec = importlib.util.find_spec(package)
        assert spec is not None
        sys.modules[package] = bare = importlib.util.module_from_spec(spec)
        try:
            yield
        finally:
            if sys.modules.get(package) is bare:
                del sys.modules[package]
