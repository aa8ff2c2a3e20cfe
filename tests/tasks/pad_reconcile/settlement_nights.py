"""Settlement files of made-up years, as figures: month-ends, holidays, a quiet Christmas, growth, new customers.

What an ordinary night is stands here, what is far outside in config/usual.py.
Banks return a debit within two to three business days, and between two in a thousand and one in forty of them, so the
bounces of a file belong to the payments of the days before it: a quiet day bears those of a busy one. Every day has its
file; that one stays away is no ordinary thing, and people look at the next one anyway.
"""

import random
from collections import deque
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from config.business_days import is_business_day
from config.usual import BOUNCED_AFTER
from tasks.pad_reconcile.fuse import FileFigures

BEGIN = date(2020, 1, 1)
_ONE_DAY = timedelta(days=1)
_SUMMER = (7, 8)


class Province:
    """One generated installation: how much it settles, how it grows, and how often a payment comes back.

    usual_bounces  how many come back in the newest file on average, had nobody good or bad luck
    """

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.size = float(draw.choice((60, 150, 400, 900, 2_000, 4_000, 9_000)))  # payments of a usual day
        self.amount = draw.uniform(40, 250)  # CAD a payment, less the large ones
        self.large = draw.choice((0, 0.001, 0.005))  # of the payments: many filings at once, ten to sixty times that
        self.growth = draw.uniform(-0.02, 0.20)  # a year; new customers bring the rest, up to 30 % in all
        self.returned = draw.choice((0.002, 0.004, 0.008, 0.014, 0.025)) * draw.uniform(0.8, 1.2)
        self.lags = draw.choice(((0.5, 0.35, 0.15), (0.1, 0.3, 0.3, 0.2, 0.1)))  # business days until it comes back
        self.at_weekends = draw.choice((0, 0.05, 0.25))  # of a usual day; 0: no file at all
        self.repeats = draw.choice((0, 0, 0.002))
        self.misdated = draw.choice((0, 0.01, 0.05))
        self.rejects = draw.choice((0, 0.002, 0.01))
        self._new, self._new_until, self._coming_back = 1.0, BEGIN, [0.0] * len(self.lags)

    def nights(self, days: int) -> Iterator[tuple[date, FileFigures]]:
        """Return the files of so many days in a row; where there is none at weekends, the next one holds all."""
        waiting, week = 0, deque[int](maxlen=BOUNCED_AFTER)
        for number in range(days):
            day = BEGIN + number * _ONE_DAY
            self._grow(day)
            payments = self._some(self.size * self._busy(day))
            self.usual_bounces = self._come_back(payments, is_business_day(day))
            waiting += payments
            if is_business_day(day) or self.at_weekends:
                yield day, self._file(waiting, self._some(self.usual_bounces * self._luck(day)), sum(week))
            week.append(waiting if is_business_day(day) or self.at_weekends else 0)
            waiting -= week[-1]

    def _grow(self, day: date) -> None:
        """Grow by the day, and now and then by a new customer, whose payments come back more often at first."""
        self.size *= (1 + self.growth) ** (1 / 365)
        if self.draw.random() < 0.7 / 365:
            self._new, self._new_until = self.draw.uniform(1.02, 1.25), day + timedelta(days=60)
            self.size *= self._new

    def _busy(self, day: date) -> float:
        draw = self.draw
        busy = draw.gauss(1, 0.12)
        if not is_business_day(day):
            busy *= draw.uniform(0.5, 1.5) * self.at_weekends
        elif not is_business_day(day - _ONE_DAY):
            busy *= draw.uniform(1.1, 1.8)  # what people did over the days off
        if day.day >= 29 or day.day <= 2:
            busy *= draw.uniform(1.2, 2.0)  # month-end
        if (day.month, day.day) in {(3, 30), (3, 31), (4, 1)}:
            busy *= draw.uniform(1.0, 1.6)  # the end of the fiscal year
        if (day.month, day.day) >= (12, 20) or (day.month, day.day) <= (1, 3):
            busy *= draw.uniform(0.2, 0.6)  # Christmas
        elif day.month in _SUMMER:
            busy *= 0.85
        if draw.random() < 0.01:
            busy *= draw.uniform(1.2, 1.6)  # a busy day for no reason
        return max(0.0, busy)

    def _come_back(self, payments: int, is_business_day: bool) -> float:
        """Return how many payments of the days before come back on a usual day; on days off the banks return none."""
        come = 0.0
        if is_business_day:
            come, *later = self._coming_back
            self._coming_back = [*later, 0.0]
        for lag, part in enumerate(self.lags):
            self._coming_back[lag] += payments * self.returned * part
        return come

    def _luck(self, day: date) -> float:
        """Return how many times the usual bounces a day has."""
        luck = self.draw.uniform(0.7, 1.3)
        if self.draw.random() < 0.02:
            luck = self.draw.uniform(1.5, 2.2)  # a bad pay day
        if day.month == 1:
            luck *= 1.3  # after Christmas
        return luck * (self._new if day < self._new_until else 1)  # as if theirs came back twice as often

    def _file(self, settled: int, bounced: int, week: int) -> FileFigures:
        draw = self.draw
        several = draw.randrange(2, 12) if draw.random() < 0.02 else 0  # one account, several payments
        bounced += several
        rows = settled + bounced
        frozen = bounced - several - self._some(bounced * 0.05) + bool(several)
        large = self._some(settled * self.large)
        amount = settled * self.amount * draw.uniform(0.85, 1.15) + sum(
            self.amount * draw.uniform(10, 60) for _ in range(large)
        )
        oddly = 5 if draw.random() < 0.01 else 1
        return FileFigures(
            rows, Decimal(round(amount * 100)) / 100, max(0, frozen), bounced, self._some(rows * self.repeats),
            self._some(rows * self.misdated), self._some(rows * self.rejects * oddly), max(week, rows - bounced),
        )  # fmt: skip

    def _some(self, mean: float) -> int:
        """Return a number of things that happen so often on average, by chance (Poisson)."""
        if mean > 200:
            return max(0, round(self.draw.gauss(mean, mean**0.5)))
        number, left = 0, self.draw.expovariate(1)
        while left < mean:
            number, left = number + 1, left + self.draw.expovariate(1)
        return number
