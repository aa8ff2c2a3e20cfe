"""What the settings of every system have in common: how each one is declared, read from the environment and checked.

A class names its settings by kind, and says in `check` which of them go together:

    class PingSettings(Settings):
        url: str = text("PING_URL")
        timeout: float = seconds("PING_TIMEOUT", default=10)
"""

import math
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Self
from urllib.parse import SplitResult, urlsplit

REQUIRED: Any = object()
_YES_OR_NO = {
    **dict.fromkeys(("1", "on", "t", "true", "y", "yes"), True),
    **dict.fromkeys(("0", "off", "f", "false", "n", "no"), False),
}


class SecretStr:
    """A text that prints as stars."""

    def __init__(self, value: str) -> None:
        self._value = value

    def get_secret_value(self) -> str:
        """Return the text itself."""
        return self._value

    def __str__(self) -> str:
        return "**********" if self._value else ""

    def __repr__(self) -> str:
        return f"SecretStr('{self}')"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretStr) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)


class Setting(NamedTuple):
    """One setting of a system.

    names    what it may be called in the environment; the first name that has a value counts
    read     makes the value of a text, or of a value that is given in code; raises ValueError
    default  what it is where it is not set
    """

    names: tuple[str, ...]
    read: Callable[[Any], Any]
    default: Any


class InvalidSettings(ValueError):
    """What is missing or wrong in the settings of one system: `problems`, a line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Settings:
    """The settings of one connected system; they do not change once read."""

    declared: ClassVar[dict[str, Setting]] = {}

    def __init_subclass__(cls) -> None:
        cls.declared = cls.declared | {name: one for name, one in vars(cls).items() if isinstance(one, Setting)}

    def __init__(self, **given: Any) -> None:
        """Read from the environment what is not given. Raises InvalidSettings."""
        self._fill(given, {name.upper(): value for name, value in os.environ.items() if value})

    @classmethod
    def without_environment(cls, **given: Any) -> Self:
        """Return settings of what is given alone. Raises InvalidSettings."""
        settings = cls.__new__(cls)
        settings._fill(given, {})
        return settings

    def changed(self, **values: Any) -> Self:
        """Return the same settings but for some values."""
        return self.without_environment(**(vars(self) | values))

    def check(self) -> None:
        """Raise ValueError where the settings do not go together."""

    def _fill(self, given: Mapping[str, Any], environment: Mapping[str, str]) -> None:
        if unknown := given.keys() - self.declared.keys():
            raise TypeError(f"{type(self).__name__} has no {', '.join(sorted(unknown))}")
        problems = []
        for name, setting in self.declared.items():
            found = given[name] if name in given else _look_up(setting, environment)
            try:
                vars(self)[name] = found if found is setting.default else setting.read(found)
            except ValueError as error:
                problems.append(f"{setting.names[0]}: {error}")
            else:
                if found is REQUIRED:
                    problems.append(f"{setting.names[0]} is missing")
        if not problems:
            try:
                self.check()
            except ValueError as error:
                problems.append(str(error))
        if problems:
            raise InvalidSettings(problems)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen: {name} cannot be set")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in vars(self).items())})"

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((type(self), *vars(self).values()))


def _look_up(setting: Setting, environment: Mapping[str, str]) -> Any:
    return next((environment[name] for name in setting.names if name in environment), setting.default)


def text(*names: str, default: str | None = REQUIRED, check: Callable[[str], str] = str) -> Any:
    """Declare a text.

    check  returns it as it shall be; raises ValueError
    """
    return Setting(names, check, default)


def secret(
    *names: str, default: SecretStr | None = REQUIRED, check: Callable[[SecretStr], SecretStr] | None = None
) -> Any:
    """Declare a text that prints as stars.

    check  returns it as it shall be; raises ValueError
    """

    def read(value: str | SecretStr) -> SecretStr:
        hidden = value if isinstance(value, SecretStr) else SecretStr(value)
        return check(hidden) if check else hidden

    return Setting(names, read, default)


def path(*names: str, default: Path | None = REQUIRED) -> Any:
    """Declare the path of a file."""
    return Setting(names, Path, default)


def yes_or_no(*names: str, default: bool) -> Any:
    """Declare what is either true or false."""
    return Setting(names, _read_yes_or_no, default)


def _read_yes_or_no(value: str | bool) -> bool:
    try:
        return _YES_OR_NO[str(value).lower()]
    except KeyError:
        raise ValueError("Input should be a valid boolean, unable to interpret input") from None


def whole_number(
    *names: str, default: int | None = REQUIRED, at_least: int | None = None, at_most: int | None = None
) -> Any:
    """Declare a whole number between bounds."""

    def read(value: str | int) -> int:
        return int(_bounded(_whole(value), at_least=at_least, at_most=at_most))

    return Setting(names, read, default)


def _whole(value: str | int) -> int:
    try:
        return int(value)
    except ValueError:
        raise ValueError("Input should be a valid integer, unable to parse string as an integer") from None


def number(
    *names: str,
    default: float,
    more_than: int | None = None,
    at_least: int | None = None,
    at_most: int | None = None,
) -> Any:
    """Declare a number between bounds."""

    def read(value: str | float) -> float:
        return _bounded(_finite(value), more_than=more_than, at_least=at_least, at_most=at_most)

    return Setting(names, read, float(default))


def seconds(*names: str, default: float) -> Any:
    """Declare a length of time that is more than nothing."""
    return number(*names, default=default, more_than=0)


def _finite(value: str | float) -> float:
    try:
        found = float(value)
    except ValueError:
        raise ValueError("Input should be a valid number, unable to parse string as a number") from None
    if not math.isfinite(found):
        raise ValueError("Input should be a finite number")
    return found


def _bounded(
    value: float, *, more_than: int | None = None, at_least: int | None = None, at_most: int | None = None
) -> float:
    if more_than is not None and value <= more_than:
        raise ValueError(f"Input should be greater than {more_than}")
    if at_least is not None and value < at_least:
        raise ValueError(f"Input should be greater than or equal to {at_least}")
    if at_most is not None and value > at_most:
        raise ValueError(f"Input should be less than or equal to {at_most}")
    return value


def parts_of(name: str, url: str) -> SplitResult:
    """Return the parts of an address. Raises ValueError, without the address, where it cannot be read as one."""
    try:
        return urlsplit(url)
    except ValueError:
        raise ValueError(f"{name} holds an address that cannot be read: check its host and brackets") from None
