"""What several statements ask in the same words: each is a file in sql/.

A statement names it with an alias of its own, as in `<<invoice.was_charged>>`; so may a fragment name another.
"""

from functools import cache
from importlib.resources import files

FRAGMENTS = (
    "was_charged",
    "was_sent_in_batch",
    "parts",
    "sent_on",
    "states_taken_in",
    "refund_is_settled",
    "refund_is_void",
    "taken_out",
    "is_nsf_fee",
    "nsf_fees_in_force",
    "earlier_parts",
    "is_under_refused_header",
)


@cache
def fragment(name: str, alias: str) -> str:
    """Return a fragment, written out for an alias."""
    return files(__package__).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8").replace("{alias}", alias)
