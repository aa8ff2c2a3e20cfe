"""What was measured of each job at each size, kept in points.csv: the newest figure of a size counts."""

import csv
import os
from dataclasses import astuple, dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path

PLACE = Path(__file__).resolve().parent / "points.csv"


@dataclass(frozen=True)
class MeasuredPoint:
    """A job at a size: seconds of the whole command, of its floor where it has one, and the machine's load that day."""

    job: str
    size: int
    seconds: float
    floor: float | None = None
    day: str = ""
    load: float = 0.0


def keep(point: MeasuredPoint) -> None:
    """Keep a figure that was just measured, in place of an earlier one of the same size."""
    new = replace(point, day=f"{datetime.now(UTC):%Y-%m-%d}", load=round(os.getloadavg()[2], 1))
    others = [one for one in read() if (one.job, one.size) != (new.job, new.size)]
    _write(sorted([*others, new], key=lambda one: (one.job, one.size)))


def read() -> list[MeasuredPoint]:
    """Return what is kept, by job and size."""
    with PLACE.open(newline="", encoding="utf-8") as file:
        return [
            MeasuredPoint(
                row["job"],
                int(row["size"]),
                float(row["seconds"]),
                float(row["floor"]) if row["floor"] else None,
                row["day"],
                float(row["load"]),
            )
            for row in csv.DictReader(file)
        ]


def _write(points: list[MeasuredPoint]) -> None:
    with PLACE.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(field.name for field in fields(MeasuredPoint))
        out.writerows(map(_row, points))


def _row(point: MeasuredPoint) -> list[object]:
    rounded = replace(
        point, seconds=round(point.seconds, 3), floor=None if point.floor is None else round(point.floor, 3)
    )
    return ["" if value is None else value for value in astuple(rounded)]
