"""The file in which a person decides what happens to each transaction of a slip to void.

JSON: `{"slip": ..., "invoices": [{"invoice": 101, "number": ..., "status": ..., "total": ..., "decision": ""}]}`, where
each decision is CANCEL (service undone) or KEEP (service given, still owed).
"""

import json
from pathlib import Path
from typing import Any

from config.errors import UsageError
from tasks.routing_slip_recreate.family.model import SlipFamily
from tasks.routing_slip_recreate.operations.void_transactions import CANCEL, KEEP, decidable

_EXPECTED = "slip, or invoices with invoice and decision"


def write_plan(path: Path, family: SlipFamily) -> None:
    """Write the plan with every decision open."""
    invoices = [
        {"invoice": one.id, "number": one.number, "status": one.status, "total": str(one.total), "decision": ""}
        for one in decidable(family)
    ]
    plan = {"slip": family.root.number, "decisions_are": f"{CANCEL} or {KEEP}", "invoices": invoices}
    path.write_text(json.dumps(plan, indent=2) + "\n", encoding="utf-8")


def read_plan(path: Path, family: SlipFamily) -> dict[str, str]:
    """Return the decision by invoice id. Raises UsageError naming everything that is wrong with the plan."""
    try:
        plan = json.loads(path.read_text(encoding="utf-8"))
        rows = [(dict(one), one["invoice"], one["decision"]) for one in plan["invoices"]]
        slip = plan["slip"]
    except OSError as error:
        raise UsageError(f"The plan {path} cannot be read: {error.strerror}. --dry-run writes one.") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        found = f"it is not JSON ({error})" if isinstance(error, ValueError) else f"it lacks {_EXPECTED}"
        raise UsageError(f"The plan {path} has not the shape that --dry-run writes: {found}.") from error
    problems = [] if slip == family.root.number else [f"it is for slip {slip}, not for {family.root.number}"]
    problems += _problems(rows, family)
    if problems:
        raise UsageError(f"The plan {path} cannot be used: {'; '.join(problems)}. Nothing was changed.")
    return {str(number): decision for _, number, decision in rows}


def _problems(rows: list[tuple[dict[str, Any], Any, Any]], family: SlipFamily) -> list[str]:
    known = {one.id: one for one in decidable(family)}
    problems = []
    strangers = [json.dumps(number) for _, number, _ in rows if type(number) is not int]
    if strangers:
        return [f"{', '.join(strangers)} is no invoice id (expected a whole number, as --dry-run writes it)"]
    numbers = [number for _, number, _ in rows]
    for row, number, decision in rows:
        invoice = known.get(number)
        if invoice is None:
            problems.append(f"invoice {number} is no open transaction of the slip")
            continue
        if decision not in (CANCEL, KEEP):
            problems.append(f"{invoice.number} is decided {decision!r} (expected {CANCEL} or {KEEP})")
        if (row.get("total"), row.get("status")) != (str(invoice.total), invoice.status):
            problems.append(f"{invoice.number} is now {invoice.status} for {invoice.total}, the plan has it otherwise")
        if numbers.count(number) > 1:
            problems.append(f"{invoice.number} is decided more than once")
    problems += [f"{one.number} is not decided" for one in known.values() if one.id not in numbers]
    return list(dict.fromkeys(problems))
