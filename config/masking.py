"""Keep secrets and bank account numbers out of everything that is logged or shown.

Three nets: the values of known secrets wherever they stand, fields whose name says they are secret, and text that
looks like a credential or a bank account number. The masking processor is the last one before the renderer, so
exceptions and what the standard library's loggers say pass through it too.

Every net is drawn once over the text, in time that grows with its length and not faster. What is cut is masked as if
the secret that was cut had gone on.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

MASK = "***"

_SECRET_NAME = re.compile(
    r"passw|secret|token|authorization|api_?key|access_?key|private_?key|passphrase|connector_auth"
    r"|bank_?(account_?)?(number|num|no)\b|bank_?branch|branch_?number|account_?number|accountNumber|payment_instrument",
    re.IGNORECASE,
)
# What a text must hold for a pattern to be worth a look, in small letters, and the pattern of what is kept and masked.
_PATTERNS = tuple(
    (words, re.compile(pattern, re.IGNORECASE))
    for words, pattern in (
        (("bearer", "basic"), r"(?P<keep>\b(?:bearer|basic)\s+)[A-Za-z0-9+/._~=-]{6,}"),
        (
            ("pass", "pwd", "secret", "token", "api"),
            r"(?P<keep>(?:password|passwd|pwd|secret|token|access_token|client_secret|passphrase|api[_-]?key)"
            r"['\"]?\s*[=:]\s*['\"]?)[^\s'\",;&)]+",
        ),
        (
            ("bank", "branch", "transit", "account"),
            r"(?P<keep>(?:bank|branch|transit|account)[ _-]?(?:account[ _-]?)?(?:number|num|no)\b\W{0,6})\d[\d -]{2,}",
        ),
    )
)
_WORDS = tuple(word for words, _ in _PATTERNS for word in words)
# The password in an address, up to the @; the whole word is taken at once, whether it has one or not.
_PASSWORD_IN_ADDRESS = re.compile(r"(?P<keep>://[^\s:/@]*:)(?P<password>[^\s@]+)(?P<end>@|\Z)?")
# A rejected row of a pay table, as PostgreSQL repeats it in its error detail.
_FAILING_ROW = "Failing row contains ("
_SHORT_WORD = 64

_known_secrets: set[str] = set()


def register_secret(value: str) -> None:
    """Make a secret known, so that it is masked wherever it stands; shorter than four characters is no secret."""
    if len(value) >= 4:
        _known_secrets.add(value)
        for part in re.findall(r"://[^:/@]*:([^@]+)@", value):
            _known_secrets.update({part, unquote(part)})


def mask_text(text: str) -> str:
    """Return the text with every secret in it replaced by stars."""
    return _masked(text, is_cut=False)


def excerpt(text: str, longest: int) -> str:
    """Return the beginning of a text, masked; a secret that is cut through stays masked.

    >>> excerpt("token=abcdefgh and more", 12)
    'token=*** an...'
    """
    room = 4 * longest
    shown = _masked(text[:room], is_cut=len(text) > room)
    return f"{shown[:longest].rstrip()}..." if len(text) > room or len(shown) > longest else shown


def _masked(text: str, *, is_cut: bool) -> str:
    if found := [secret for secret in tuple(_known_secrets) if secret in text]:
        for secret in sorted(found, key=len, reverse=True):
            text = text.replace(secret, MASK)
    if is_cut:
        text = _without_beginning_of_secret(text)
    if "://" in text:
        text = _PASSWORD_IN_ADDRESS.sub(lambda found: _address(found, is_cut), text)
    folded = text.casefold()
    if [word for word in _WORDS if word in folded]:
        for words, pattern in _PATTERNS:
            if any(word in folded for word in words):
                text = pattern.sub(r"\g<keep>" + MASK, text)
    return _without_failing_row(text)


def _without_beginning_of_secret(text: str) -> str:
    """Replace the beginning of a known secret with which a cut text ends, and leave out a word too short to judge."""
    for secret in _known_secrets:
        for length in range(min(len(secret), len(text)), 0, -1):
            if text.endswith(secret[:length]):
                text = text[:-length] + MASK
                break
    before, space, last = text.rpartition(" ")
    return before if space and len(last) <= _SHORT_WORD else text


def _address(found: re.Match[str], is_cut: bool) -> str:
    ends_here = found["end"] == "@" or (is_cut and found["end"] is not None)
    return f"{found['keep']}{MASK}{found['end']}" if ends_here else found[0]


def _without_failing_row(text: str) -> str:
    """Replace what stands between the first bracket of a failing row and the last one there is, or to the end."""
    begin = text.find(_FAILING_ROW)
    if begin < 0:
        return text
    begin += len(_FAILING_ROW)
    end = text.rfind(")")
    return f"{text[:begin]}{MASK}{text[end:] if end >= begin else ''}"


def mask(value: Any, name: str = "") -> Any:
    """Return the value, whatever its shape, with every secret in it replaced by stars."""
    if value is None:
        return None
    if name and _is_secret(name):
        return MASK
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, bytes):
        return mask_text(value.decode("utf-8", "backslashreplace"))
    if isinstance(value, Mapping):
        return {key: mask(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [mask(item) for item in value]
    return mask_text(str(value))


@lru_cache(maxsize=1024)
def _is_secret(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None
