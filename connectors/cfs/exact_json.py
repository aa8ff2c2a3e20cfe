"""JSON in which an amount stays a Decimal, in both directions.

The standard library reads decimals on request but cannot write them as numbers without going through a float.

>>> dumps({"amount": Decimal("30.00")})
'{"amount": 30.00}'
>>> loads('{"amount": 30.00}')
{'amount': Decimal('30.00')}
"""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any


def loads(text: str | bytes) -> Any:
    """Read JSON, its fractions as Decimal. Raises ValueError if it is none, too deep, or holds NaN or an infinity."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def dumps(value: object) -> str:
    """Write JSON, a Decimal as a number with the places it has. Raises TypeError for a float."""
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise TypeError(f"{value} is no JSON number")
        return format(value, "f")
    if value is None or isinstance(value, str | bool | int):
        return json.dumps(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(str(key))}: {dumps(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(dumps(item) for item in value) + "]"
    raise TypeError(f"{type(value).__name__} has no exact form in JSON")


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not an amount")
