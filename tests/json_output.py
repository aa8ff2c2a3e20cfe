"""What --json prints, held against docs/json-output.schema.json."""

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

ROOT = Path(__file__).resolve().parent.parent
SCHEMA: dict[str, Any] = json.loads((ROOT / "docs" / "json-output.schema.json").read_text(encoding="utf-8"))
_VALIDATOR = Draft202012Validator(SCHEMA)


def read_json(printed: str) -> dict[str, Any]:
    """Return the one object that was printed; it has the shape of the schema."""
    [line] = printed.splitlines()
    said: dict[str, Any] = json.loads(line)
    _VALIDATOR.validate(said)
    return said


def rows_of(said: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """Return the rows of the only table with a key."""
    [rows] = [table["rows"] for table in said["tables"] if table["key"] == key]
    return list(rows)
