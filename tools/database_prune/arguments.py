"""The arguments of `db prune` and `db archives`."""

import re
from dataclasses import dataclass

import click

LEAST_YEARS = 2


class YearsType(click.ParamType[int]):
    """A number of years, like 7y."""

    name = "YEARS"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        found = re.fullmatch(r"(\d{1,2})y", str(value))
        if found is None or int(found[1]) < LEAST_YEARS:
            self.fail(f"{value!r} is not a number of years of {LEAST_YEARS} or more: expected like 7y.", param, ctx)
        return int(found[1])


YEARS = YearsType()


@dataclass(frozen=True)
class PruneArguments:
    """How many years are kept, and why the rest goes."""

    older_than: int
    reason: str


@dataclass(frozen=True)
class ArchivesArguments:
    """The words to look for; none: the archives are listed."""

    find: tuple[str, ...] = ()
