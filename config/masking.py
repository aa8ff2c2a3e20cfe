"""Keep secrets and bank account numbers out of everything that is logged or shown.

Three nets: the values of known secrets wherever they stand, fields whose name says they are secret, and text that
looks like a credential or a bank account number. The masking processor is the last one before the renderer, so
exceptions and what the standard library's loggers say pass through it too.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

MASK = "***"

_SECRET_NAME = re.compile(
    r"passw|secret|token|authorization|api_?key|access_?key|private_?key|passphrase|connector_auth"
    r"|bank_?(account_?)?(number|num|no)\b|bank_?branch|branch_?number|account_?number|accountNumber|payment_instrument",
    re.IGNORECASE,
)
_PATTERNS = [
    (re.compile(r"(?P<keep>\w+://[^\s:/@]*:)[^\s@]+(?=@)"), r"\g<keep>" + MASK),
    (re.compile(r"(?P<keep>\b(?:bearer|basic)\s+)[A-Za-z0-9+/._~=-]{6,}", re.IGNORECASE), r"\g<keep>" + MASK),
    (
        re.compile(
            r"(?P<keep>(?:password|passwd|pwd|secret|token|access_token|client_secret|passphrase|api[_-]?key)"
            r"['\"]?\s*[=:]\s*['\"]?)[^\s'\",;&)]+",
            re.IGNORECASE,
        ),
        r"\g<keep>" + MASK,
    ),
    (
        re.compile(
            r"(?P<keep>(?:bank|branch|transit|account)[ _-]?(?:account[ _-]?)?(?:number|num|no)\b\W{0,6})\d[\d -]{2,}",
            re.IGNORECASE,
        ),
        r"\g<keep>" + MASK,
    ),
    # A rejected row of a pay table, as PostgreSQL repeats it in its error detail.
    (re.compile(r"(?P<keep>Failing row contains \().*\)", re.DOTALL), r"\g<keep>" + MASK + ")"),
]

_known_secrets: set[str] = set()


def register_secret(value: str) -> None:
    """Make a secret known, so that it is masked wherever it stands; shorter than four characters is no secret."""
    if len(value) >= 4:
        _known_secrets.add(value)
        for part in re.findall(r"://[^:/@]*:([^@]+)@", value):
            _known_secrets.update({part, unquote(part)})


def mask_text(text: str) -> str:
    """Give the text with every secret in it replaced by stars."""
    for secret in sorted(_known_secrets, key=len, reverse=True):
        text = text.replace(secret, MASK)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def mask(value: Any, name: str = "") -> Any:
    """Give the value, whatever its shape, with every secret in it replaced by stars."""
    if name and value is not None and _SECRET_NAME.search(name):
        return MASK
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, bytes):
        return mask_text(value.decode("utf-8", "backslashreplace"))
    if isinstance(value, Mapping):
        return {key: mask(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [mask(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return mask_text(str(value))
