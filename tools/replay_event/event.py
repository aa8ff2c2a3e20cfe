"""Find the JSON of an event in a logged line, complete it, and hold it against CloudEvents 1.0.

Pure functions: text in, event out. Source: CloudEvents 1.0.2, "Required attributes"; docs/specs/schedules.md section 4.

>>> found = find_event('mailer - INFO - received: {"id": "1", "source": "x", "type": "y", "data": {}} done')
>>> found["type"]
'y'
"""

import json
import re
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.errors import FormatError, UsageError

_LINE_BREAK = re.compile(r"[\r\n]+")
Text = Annotated[str, Field(min_length=1)]


class CloudEvent(BaseModel):
    """What a CloudEvent must and may have."""

    model_config = ConfigDict(extra="allow", strict=True)

    specversion: Literal["1.0"]
    id: Text
    source: Text
    type: Text
    datacontenttype: Literal["application/json"]
    subject: Text | None = None
    time: Annotated[datetime, Field(strict=False)] | None = None
    data: dict[str, Any] | list[Any] | str | None = None


def find_event(text: str) -> dict[str, Any]:
    """Return the JSON object that a logged line holds; line breaks inside its texts are what logging made of them.

    Raises UsageError where there is none, more than one that could be it, or one that nobody could read.
    """
    decoder = json.JSONDecoder(strict=False, parse_constant=_refuse_constant)
    found: list[dict[str, Any]] = []
    place = text.find("{")
    while place >= 0:
        try:
            value, end = decoder.raw_decode(text, place)
        except json.JSONDecodeError:
            end = place + 1
        except RecursionError:
            raise UsageError(
                "The text holds JSON that is nested too deep to be an event. Nothing was published."
            ) from None
        else:
            if isinstance(value, dict) and "type" in value:
                found.append(value)
        place = text.find("{", end)
    if len(found) != 1:
        raise UsageError(
            f"The text holds {len(found)} JSON objects with a type (expected one, like "
            '{"id": "...", "source": "...", "type": "...", "data": {...}}). Cut it down to one message.'
        )
    return publishable(found[0])


def event_in(text: str, line_breaks: str | None) -> dict[str, Any]:
    """Return the event that a logged line holds, with or without the line breaks inside its texts.

    line_breaks  "drop" or "keep"; None raises UsageError where there are any, naming the texts
    A line break that the event itself spells as \\n belongs to it and always stays.
    """
    event = find_event(text)
    unbroken = find_event(_LINE_BREAK.sub("", text))
    if line_breaks == "keep" or event == unbroken:
        return event
    if line_breaks == "drop":
        return unbroken
    raise UsageError(
        f"Line breaks are inside {', '.join(_differing(event, unbroken))}: a logger or a terminal may have broken the "
        "text. --line-breaks drop publishes it without them, --line-breaks keep as it stands. Nothing was published."
    )


def _differing(one: Any, other: Any, path: str = "") -> Iterator[str]:
    """Return the paths of the texts that differ between two readings of the same event, like `data.contextUrl`."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        for name in one:
            yield from _differing(one[name], other[name], f"{path}.{name}" if path else name)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _differing(left, right, f"{path}[{place}]")
    elif one != other:
        yield path or "the names of its attributes"


def publishable(event: dict[str, Any]) -> dict[str, Any]:
    """Return an event that can be written as JSON. Raises UsageError for one that cannot, saying what is in its way."""
    try:
        json.dumps(event, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError as error:
        found = f"half a character (\\u{ord(error.object[error.start]):04x})"
    except ValueError:
        found = "a number without a value (NaN or infinity)"
    except RecursionError:
        found = "JSON that is nested too deep"
    else:
        return event
    raise UsageError(f"The event holds {found}, which no receiver can read. Nothing was published.")


def _refuse_constant(name: str) -> None:
    raise UsageError(f"The text holds {name}, which is no JSON. Nothing was published.")


def new_id(event: dict[str, Any], reason: str) -> str:
    """Return the id of a replay: the same event for the same reason has the same, so a command may be repeated.

    Receivers remember ids: a second one after a lost answer is ignored; who wants it once more gives another reason.
    """
    return str(uuid.uuid5(uuid.NAMESPACE_OID, json.dumps([event, reason.strip()], sort_keys=True)))


def completed(event: dict[str, Any], new_id: str) -> dict[str, Any]:
    """Return the event with a new id and what older loggers left out.

    Raises FormatError naming each attribute that is no CloudEvent's.
    """
    whole = {**event, "id": new_id, "specversion": "1.0", "datacontenttype": "application/json"}
    whole = {name: value for name, value in whole.items() if name != "subject" or value}
    try:
        CloudEvent.model_validate(whole)
    except ValidationError as error:
        problems = "; ".join(f"{one['loc'][0]}: {one['msg']}" for one in error.errors())
        raise FormatError(f"This is no CloudEvent 1.0 ({problems}). Nothing was published.") from None
    return whole
