"""Settlement files of made-up years, as figures: weekdays, weekends, holidays, month-ends, bad pay days, growth.

Written without looking at the limits: what an ordinary night is stands here, what is far outside in config/usual.py.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from config.business_days import is_business_day
from tasks.pad_reconcile.fuse import FileFigures

_ONE_DAY = timedelta(days=1)


class Province:
    """One generated installation: how much it settles, and how often it bounces."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.rows = draw.choice((150, 400, 900, 2_000, 4_000))
        self.amount = draw.uniform(60, 250)  # CAD a row
        self.bounces = max(0.004, 7 / self.rows) * draw.uniform(1, 2)  # of the rows of a usual day
        self.repeats = draw.choice((0, 0, 0.002))
        self.misdated = draw.choice((0, 0.01, 0.05))
        self.rejects = draw.choice((0, 0.002, 0.01))
        self.growth = draw.uniform(0, 0.08)  # a year
        self.begin = date(2020, 1, 1)

    def night(self, day: date) -> FileFigures:
        """Return what the file of a day holds: nothing harmful, however odd the day."""
        draw = self.draw
        busy = 1.0 if is_business_day(day) else draw.uniform(0.05, 0.3)
        if is_business_day(day) and not is_business_day(day - _ONE_DAY):
            busy *= draw.uniform(1.1, 1.8)  # what waited over the days off
        if day.day >= 29 or day.day <= 2:
            busy *= draw.uniform(1.2, 2.0)  # month-end
        if draw.random() < 0.01:
            busy *= draw.uniform(1.2, 1.6)  # a busy day for no reason
        years = (day - self.begin).days / 365
        mean = self.rows * busy * (1 + self.growth) ** years
        rows = max(1, round(draw.gauss(mean, mean * 0.12)))
        bad = draw.uniform(1.5, 2.2) if draw.random() < 0.02 else 1.0  # a bad pay day
        bounced = self._some(rows, self.bounces * bad * draw.uniform(0.7, 1.3))
        frozen = bounced - self._some(bounced, 0.1)
        amount = rows * self.amount * draw.uniform(0.85, 1.25)
        return FileFigures(
            rows, Decimal(round(amount * 100)) / 100, frozen, bounced, self._some(rows, self.repeats),
            self._some(rows, self.misdated), self._some(rows, self.rejects * (5 if draw.random() < 0.01 else 1)),
        )  # fmt: skip

    def nights(self, days: int) -> Iterator[tuple[date, FileFigures]]:
        """Return the files of so many days in a row."""
        for number in range(days):
            day = self.begin + number * _ONE_DAY
            yield day, self.night(day)

    def _some(self, rows: int, share: float) -> int:
        """Return how many of the rows it hits, by chance."""
        if rows > 400:
            mean = rows * share
            return min(rows, max(0, round(self.draw.gauss(mean, mean**0.5))))
        return sum(self.draw.random() < share for _ in range(rows))
