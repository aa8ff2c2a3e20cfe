"""Small changes of an SQL statement that its tests must notice."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_HIDDEN = re.compile(r"--[^\n]*|'(?:[^']|'')*'|\"[^\"]*\"|<<[a-z_]+>>")
_BEGINS = re.compile(r"\b(WHERE|AND|OR|ON|HAVING)\b", re.IGNORECASE)
_ENDS = re.compile(
    r"\b(WHERE|AND|OR|ON|HAVING|GROUP BY|ORDER BY|RETURNING|UNION|JOIN|LEFT|CROSS|LIMIT|FOR|THEN|WINDOW|SET|DO|"
    r"SELECT)\b",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\bBETWEEN\b", re.IGNORECASE)
_LISTS = re.compile(r"\b(GROUP BY|PARTITION BY)\s+", re.IGNORECASE)
_COMPARISONS = (
    ("<", r"(?<![<>=!-])<(?![<>=])", "<="),
    ("<=", r"<=", "<"),
    (">", r"(?<![<>=!-])>(?![<>=])", ">="),
    (">=", r">=", ">"),
    ("<>", r"<>", "="),
    ("IS NULL", r"\bIS NULL\b", "IS NOT NULL"),
    ("IS NOT NULL", r"\bIS NOT NULL\b", "IS NULL"),
    ("NOT EXISTS", r"\bNOT EXISTS\b", "EXISTS"),
    ("BETWEEN", r"\bBETWEEN\b", "NOT BETWEEN"),
)
_ANYWHERE = (
    ("LEFT JOIN", r"\bLEFT JOIN\b(?! LATERAL)", "JOIN"),
    ("sum", r"\bsum\(", "max("),
    ("max", r"\bmax\(", "min("),
    ("min", r"\bmin\(", "max("),
    ("bool_or", r"\bbool_or\(", "bool_and("),
    ("bool_and", r"\bbool_and\(", "bool_or("),
    ("DISTINCT", r"\bDISTINCT (?!ON\b|FROM\b)", ""),
    ("UNION ALL", r"\bUNION ALL\b", "UNION"),
    ("DESC", r"\bDESC\b", "ASC"),
    ("LIMIT 1", r"\bLIMIT 1\b", "LIMIT 2"),
    ("+", r"(?<= )\+(?= )", "-"),
    ("-", r"(?<= )-(?= )", "+"),
    ("greatest", r"\bgreatest\(", "least("),
    ("least", r"\bleast\(", "greatest("),
)


@dataclass(frozen=True)
class Change:
    """One change of a text: what stands from `start` to `end` is replaced by `now`."""

    kind: str
    start: int
    end: int
    now: str


def sql_changes(statement: str) -> Iterator[Change]:
    """Return the changes of a statement: a condition dropped, a comparison turned, a join, a sum, a grouping."""
    shown = _HIDDEN.sub(lambda found: (" " if found[0].startswith("--") else "#") * len(found[0]), statement)
    conditions = list(_conditions(shown))
    for start, end in conditions:
        if shown[start:end].upper() != "TRUE":
            yield Change("condition dropped", start, end, "TRUE")
    compared = {at for start, end in conditions for at in range(start, end)}
    for name, pattern, now in _COMPARISONS:
        for found in re.finditer(pattern, shown):
            if found.start() in compared:
                yield Change(f"{name} to {now}", found.start(), found.end(), now)
    for name, pattern, now in _ANYWHERE:
        for found in re.finditer(pattern, shown):
            yield Change(f"{name} to {now or 'nothing'}", found.start(), found.end(), now)
    for found in _LISTS.finditer(shown):
        yield from _columns_dropped(shown, found.end())


def _conditions(shown: str) -> Iterator[tuple[int, int]]:
    """Return where each condition of WHERE, ON, HAVING, AND and OR stands."""
    for found in _BEGINS.finditer(shown):
        if found[0].upper() == "ON" and re.match(r"\s*(COMMIT|CONFLICT|\()", shown[found.end() :]):
            continue
        if found[0].upper() == "AND" and _belongs_to_between(shown, found.start()):
            continue
        start = found.end() + len(shown[found.end() :]) - len(shown[found.end() :].lstrip())
        end = _end_of_condition(shown, start)
        if shown[start:end].strip():
            yield start, start + len(shown[start:end].rstrip())


def _end_of_condition(shown: str, start: int) -> int:
    """Return where the condition ends that begins here: at the next word of its depth, or the bracket around it."""
    depth, between = 0, 0
    at = start
    while at < len(shown):
        letter = shown[at]
        if letter == "(":
            depth += 1
        elif letter == ")":
            depth -= 1
            if depth < 0:
                return at
        elif not depth:
            if letter in ",;":
                return at
            if at > start and not (shown[at - 1].isalnum() or shown[at - 1] == "_"):
                if _BETWEEN.match(shown, at):
                    between += 1
                elif word := _ENDS.match(shown, at):
                    if word[0].upper() != "AND" or not between:
                        return at
                    between -= 1
        at += 1
    return at


def _belongs_to_between(shown: str, at: int) -> bool:
    """Whether the AND that stands here is that of `BETWEEN a AND b`."""
    depth = 0
    for back in range(at - 1, -1, -1):
        letter = shown[back]
        depth += (letter == ")") - (letter == "(")
        if depth < 0:
            return False
        if not depth and re.match(r"\b(AND|OR|WHERE|ON|WHEN|SELECT)\b", shown[back:], re.IGNORECASE):
            return False
        if not depth and _BETWEEN.match(shown, back):
            return True
    return False


def _columns_dropped(shown: str, start: int) -> Iterator[Change]:
    """Return the changes that leave out one column of a list of two or more."""
    end, depth, cuts = start, 0, [start]
    while end < len(shown):
        letter = shown[end]
        depth += (letter == "(") - (letter == ")")
        if depth < 0 or letter == ";" or (not depth and _ENDS.match(shown, end)):
            break
        if not depth and letter == ",":
            cuts.append(end)
        end += 1
    end = start + len(shown[start:end].rstrip())
    if len(cuts) > 1:
        for number, cut in enumerate(cuts):
            first = number == 0
            until = cuts[number + 1] if number + 1 < len(cuts) else end
            yield Change("grouping column dropped", cut, until + first, "")
