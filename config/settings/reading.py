"""Reads settings from the environment; what is missing or wrong in several systems is one message."""

from typing import TypeVar

from config.errors import ConfigError
from config.masking import register_secret
from config.settings.base import InvalidSettings, SecretStr, Settings


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
            found[kind] = kind()
        except InvalidSettings as error:
            system = (kind.__doc__ or kind.__name__).split(":")[0].split(".")[0].split(" (")[0]
            problems += [f"  {problem}  [{system}]" for problem in error.problems]
    if problems:
        raise IncompleteSettings("The settings are not complete:\n" + "\n".join(dict.fromkeys(problems)))
    for settings in found.values():
        for value in vars(settings).values():
            if isinstance(value, SecretStr):
                register_secret(value.get_secret_value())
    return found


def read(kind: type[AnySettings]) -> AnySettings:
    """Read the settings of one system from the environment."""
    settings = read_settings(kind)[kind]
    assert isinstance(settings, kind)
    return settings
