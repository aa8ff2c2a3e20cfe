"""Numbers with their nouns, for messages."""


def counted(number: int, noun: str) -> str:
    """Return a number with its noun in the singular or plural.

    >>> counted(1, "link"), counted(1200, "link"), counted(2, "batch"), counted(0, "reply")
    ('1 link', '1,200 links', '2 batches', '0 replies')
    """
    if number == 1:
        return f"{number:,} {noun}"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{number:,} {noun[:-1]}ies"
    return f"{number:,} {noun}es" if noun.endswith(("ch", "sh", "s", "x")) else f"{number:,} {noun}s"


def is_or_are(number: int) -> str:
    """Return the verb that goes with a number of things."""
    return "is" if number == 1 else "are"
