"""A command of this program as people type it: put into messages, so that it can be copied."""

import shlex

ENTRYPOINT = "python3 invoke_jobs.py"


def typed(command: str, *values: object, reason: bool = False) -> str:
    """Return a command to type; a value that a shell would read as more than a word is quoted.

    command  its words, and options that need no quotes
    reason   whether it requires `--reason`, which the reader fills in

    >>> typed("files replay", "a b.csv", reason=True)
    'python3 invoke_jobs.py files replay \\'a b.csv\\' --reason "..."'
    """
    return f"{ENTRYPOINT} {in_short(command, *values, reason=reason)}"


def in_short(command: str, *values: object, reason: bool = False) -> str:
    """Return a command as `typed` does, without what starts the program: for the middle of a sentence.

    >>> in_short("explain file", "a;b.csv")
    "explain file 'a;b.csv'"
    """
    words = [command, *(shlex.quote(str(value)) for value in values)]
    return " ".join([*words, '--reason "..."'] if reason else words)
