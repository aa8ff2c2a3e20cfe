"""One part of a run that is split over accounts."""

import re
from dataclasses import dataclass

from config.errors import ConfigError, UsageError


@dataclass(frozen=True)
class Shard:
    """Shard `number` of `count`, counted from 1; an account belongs to shard `id mod count + 1`."""

    number: int = 1
    count: int = 1

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    @property
    def whole(self) -> bool:
        """Whether this is everything."""
        return self.count == 1

    def split(self, parts: int) -> list["Shard"]:
        """Return `parts` smaller shards that together hold the same accounts."""
        return [Shard(self.number + part * self.count, self.count * parts) for part in range(parts)]


WHOLE = Shard()


def parse_shard(text: str) -> Shard:
    """Read `3/16`.

    >>> parse_shard("3/16")
    Shard(number=3, count=16)
    """
    match = re.fullmatch(r"(\d{1,4})/(\d{1,4})", text.strip())
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise UsageError(f"--shard {text!r} was not understood: expected i/n with 1 <= i <= n, like --shard 3/16.")
    return Shard(int(match[1]), int(match[2]))


def indexed_shard(index: int | None, count: int | None) -> Shard:
    """Return the shard of a pod of an Indexed Job; Kubernetes counts from 0."""
    if index is None or count is None:
        return WHOLE
    if index >= count:
        raise ConfigError(f"JOB_COMPLETION_INDEX is {index}, but JOB_COMPLETION_COUNT is {count}.")
    return Shard(index + 1, count)
