r"""Text from outside, made fit to be looked at: what a terminal, a page or a spreadsheet would obey is shown instead.

Control characters and escape sequences, marks that turn the direction of writing, characters without width and halves
of surrogate pairs come out as Python writes them; letters of every language stay.

>>> visible("a\x1b[2Jb\u202ec")
'a\\x1b[2Jb\\u202ec'
"""

import json
import os
import re
from collections.abc import Mapping
from typing import IO, Any

_ALWAYS = "\0-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
_UNSEEN = re.compile(f"[\t{_ALWAYS}\ud800-\udfff\U000e0000-\U000e007f]")
_UNSEEN_ON_ONE_LINE = re.compile(f"[\t\n{_ALWAYS}\ud800-\udfff\U000e0000-\U000e007f]")
_AS_JSON = json.JSONEncoder(default=str, ensure_ascii=False).encode


def visible(text: str) -> str:
    """Return a text with what cannot be seen made visible; line ends stay."""
    return text if text.isprintable() else _UNSEEN.sub(_escaped, text)


def on_one_line(text: str) -> str:
    """Return a text with what cannot be seen made visible, line ends too."""
    return _UNSEEN_ON_ONE_LINE.sub(_escaped, text)


def all_visible(value: Any) -> Any:
    """Return a value, whatever its shape, with every text in it made visible."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Mapping):
        return {visible(str(key)): all_visible(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [all_visible(item) for item in value]
    return value


def takes_styles(stream: IO[str]) -> bool:
    """Return whether bold and colours are wanted on a stream: on a terminal, unless NO_COLOR is set."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def to_json(value: Any) -> str:
    r"""Return a value as JSON on one line, in which a terminal finds nothing to obey and a reader every character.

    >>> print(to_json({"a": "\x9b2Jé"}))
    {"a": "\u009b2Jé"}
    """
    line = _AS_JSON(value)
    return line if line.isprintable() else _UNSEEN_ON_ONE_LINE.sub(_as_json, line)


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")


def _as_json(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]
