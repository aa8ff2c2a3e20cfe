"""Reads settings from the environment; what is missing or wrong in several systems is one message."""

import os
from functools import lru_cache
from typing import TypeVar

from pydantic import SecretStr, ValidationError

from config.errors import ConfigError
from config.masking import register_secret
from config.settings.base import Settings


class IncompleteSettings(ConfigError):
    """Set them (docs/operations.md, Secrets) and run it again; `doctor` checks all of them."""


AnySettings = TypeVar("AnySettings", bound=Settings)


def read_settings(*wanted: type[Settings]) -> dict[type[Settings], Settings]:
    """Read the settings of the wanted systems from the environment.

    Raises ConfigError naming everything that is missing or wrong, of all of them at once.
    """
    found: dict[type[Settings], Settings] = {}
    problems: list[str] = []
    for kind in wanted:
        try:
            found[kind] = _from_environment(kind, frozenset(os.environ.items()))
        except ValidationError as error:
            system = (kind.__doc__ or kind.__name__).split(":")[0].split(".")[0].split(" (")[0]
            problems += [f"  {_problem(one['loc'], one['msg'], one['type'])}  [{system}]" for one in error.errors()]
    if problems:
        raise IncompleteSettings("The settings are not complete:\n" + "\n".join(dict.fromkeys(problems)))
    for settings in found.values():
        for value in settings.__dict__.values():
            if isinstance(value, SecretStr):
                register_secret(value.get_secret_value())
    return found


def read(kind: type[AnySettings]) -> AnySettings:
    """Read the settings of one system from the environment."""
    settings = read_settings(kind)[kind]
    assert isinstance(settings, kind)
    return settings


@lru_cache(maxsize=64)
def _from_environment(kind: type[Settings], _environment: frozenset[tuple[str, str]]) -> Settings:
    """Return the settings of one system; a process that asks again for the same reads them once."""
    return kind()


def _problem(location: tuple[int | str, ...], message: str, kind: str) -> str:
    text = message.removeprefix("Value error, ")
    if not location:
        return text
    name = str(location[0])
    return f"{name} is missing" if kind == "missing" else f"{name}: {text}"
