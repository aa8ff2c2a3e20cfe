"""Fields of a CFS answer, whatever shape they come in.

Source: docs/specs/cfs-api.md section 4: an amount may be a JSON number or a numeric string, an array may be
absent.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from connectors.cfs.errors import CfsAnswerUnreadable

JsonObject = Mapping[str, object]
_DIGITS, _PLACES = 15, 15
_CENT = Decimal("0.01")


def amount(answer: JsonObject, name: str) -> Decimal:
    """Return an amount. Raises CfsAnswerUnreadable if it is missing or no number."""
    value = optional_amount(answer, name)
    if value is None:
        raise CfsAnswerUnreadable(f"the answer of CFS lacks the amount '{name}'")
    return value


def optional_amount(answer: JsonObject, name: str) -> Decimal | None:
    """Return an amount with the two places that CFS leaves out at times, or None where it is null, blank or missing."""
    value = answer.get(name)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise InvalidOperation
        number = Decimal(value.strip() if isinstance(value, str) else value)
        if not number.is_finite() or (number and not -_PLACES <= number.adjusted() < _DIGITS):
            raise InvalidOperation
    except InvalidOperation:
        raise CfsAnswerUnreadable(
            f"the answer of CFS has {value!r} as '{name}' (expected an amount like 12.50)"
        ) from None
    return number.quantize(_CENT) if number == number.quantize(_CENT) else number


def amount_from_zero(answer: JsonObject, name: str) -> Decimal:
    """Return an amount that is never below zero. Raises CfsAnswerUnreadable if it is, is missing or no number."""
    value = amount(answer, name)
    if value < 0:
        raise CfsAnswerUnreadable(f"the answer of CFS has {value} CAD as '{name}', which cannot be below zero")
    return value


def text(answer: JsonObject, name: str) -> str:
    """Return a text; a number is taken as one. Raises CfsAnswerUnreadable if it is missing."""
    value = optional_text(answer, name)
    if value is None:
        raise CfsAnswerUnreadable(f"the answer of CFS lacks '{name}'")
    return value


def optional_text(answer: JsonObject, name: str) -> str | None:
    """Return a text, or None where it is null, empty or missing."""
    value = answer.get(name)
    return None if value is None or value == "" else str(value)


def named(answer: JsonObject, name: str, value: str) -> JsonObject:
    """Return the answer to a question about `value`, named by it where CFS left the name out (section 1)."""
    return answer if optional_text(answer, name) else {**answer, name: value}


def objects(answer: JsonObject, name: str) -> tuple[JsonObject, ...]:
    """Return the objects of an array, none where it is null or missing."""
    value = answer.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise CfsAnswerUnreadable(f"the answer of CFS has no array of objects as '{name}'")
    return tuple(value)
