"""Reading what a caller sends: JSON objects whose fields are what section 4 to 6 of docs/specs/cfs-api.md say."""

from collections.abc import Mapping
from decimal import Decimal

from starlette.requests import Request

from connectors.cfs import exact_json
from sandbox.cfs.books import ZERO, RequestRefused, money


async def body_of(request: Request) -> dict[str, object]:
    """Return the JSON object of a request. Raise RequestRefused if there is none."""
    try:
        body = exact_json.loads(await request.body() or b"{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise RequestRefused("The request is no JSON object.")
    return body


def text(body: Mapping[str, object], name: str) -> str:
    """Return a text, empty if it is missing."""
    value = body.get(name)
    return "" if value is None else str(value)


def text_amount(body: Mapping[str, object], name: str, *, exact_types: bool) -> Decimal:
    """Return an amount that is sent as a string: receipts and adjustments (section 1)."""
    value = body.get(name)
    if exact_types and not isinstance(value, str):
        raise RequestRefused(f"{name} must be a string.")
    return money(value, name)


def total_of_lines(body: Mapping[str, object], *, exact_types: bool) -> Decimal:
    """Add up the lines of an invoice or credit memo, whose amounts are sent as numbers (section 1)."""
    lines = body.get("lines")
    if not isinstance(lines, list) or not lines:
        raise RequestRefused("At least one line is required.")
    return sum((_line_amount(line, exact_types) for line in lines), ZERO)


def first_line(body: Mapping[str, object]) -> Mapping[str, object]:
    """Return the one line of an invoice adjustment."""
    lines = body.get("lines")
    if not isinstance(lines, list) or len(lines) != 1 or not isinstance(lines[0], dict):
        raise RequestRefused("Exactly one line is required.")
    return lines[0]


def _line_amount(line: object, exact_types: bool) -> Decimal:
    if not isinstance(line, dict):
        raise RequestRefused("A line is no object.")
    price, shares = line.get("unit_price"), line.get("distribution")
    if exact_types and not isinstance(price, int | Decimal):
        raise RequestRefused("unit_price must be a number.")
    amount = money(price, "unit_price") * money(line.get("quantity", 1), "quantity")
    if not isinstance(shares, list) or not all(isinstance(one, dict) and one.get("account") for one in shares):
        raise RequestRefused("A line needs a distribution with an account.")
    if sum((money(one.get("amount"), "amount") for one in shares), ZERO) != amount:
        raise RequestRefused("The distribution does not add up to the line.")
    return money(amount, "amount")
