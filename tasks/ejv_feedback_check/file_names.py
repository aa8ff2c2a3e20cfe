"""The names of CGI's files. Source: docs/specs/cgi-ejv-files.md section 1."""

import re
from datetime import datetime, timedelta

from config.business_days import next_business_day
from config.business_time import BUSINESS_ZONE
from config.settings import CgiSettings
from connectors.inbound.listing import WantedNames

SOURCE = "CGI"
VOIDED = "Voided"  # how the message of a batch begins that ejv rebuild took back
_STAMP = r"F(?P<feeder>\w{1,8})\.(?P<date>\d{8})\d{6}"


def wanted_names(settings: CgiSettings) -> WantedNames:
    """Return the names that are fetched: ACK and FEEDBACK, by prefix in any case, and never a trigger."""
    prefixes = "|".join(map(re.escape, (settings.ack_prefix, settings.feedback_prefix)))
    ending = re.escape(settings.trigger_ending)
    pattern = rf"(?:{prefixes})(?!.*{ending}$)(?:(?:\..*)?\.{_STAMP}.*|.*)"
    return WantedNames(
        re.compile(pattern, re.ASCII | re.IGNORECASE),
        settings.trigger_ending,
        trigger_required=False,
        may_be_empty=re.compile(f"{re.escape(settings.ack_prefix)}.*", re.DOTALL | re.IGNORECASE),
        example=f"{settings.feedback_prefix}.F3535.20261118214012",
    )


def is_feedback(settings: CgiSettings, name: str) -> bool:
    """Return whether a file is feedback, by its prefix."""
    return name.upper().startswith(settings.feedback_prefix.upper())


def may_be_feedback(settings: CgiSettings, name: str) -> bool:
    """Return whether a file may hold feedback: its name contains the word, in any case, and is not an ACK's."""
    return settings.feedback_prefix.upper() in name.upper() and not is_ack(settings, name)


def is_ack(settings: CgiSettings, name: str) -> bool:
    """Return whether a file is an ACK, by its prefix."""
    return name.upper().startswith(settings.ack_prefix.upper())


def feeder_of(name: str) -> str | None:
    """Return the feeder number in the name of one of our files, None where there is none.

    >>> feeder_of("INBOX.F3535.20261118040107")
    '3535'
    """
    found = re.search(_STAMP, name)
    return found["feeder"] if found else None


def inbox_names_in(settings: CgiSettings, text: str) -> set[str]:
    """Return the names of inbox files that an ACK's name or content holds: in full, or by feeder and stamp."""
    return {f"{settings.inbox_prefix}.{found[0]}" for found in re.finditer(r"F\w{1,8}\.\d{14}(?!\d)", text)}


def fresh_inbox_names(settings: CgiSettings, feeder: str, now: datetime) -> "FreshNames":
    """Return names for an inbox file of the current business day, each a second later than the one before."""
    local = now.astimezone(BUSINESS_ZONE)
    day = next_business_day(local.date())
    return FreshNames(f"{settings.inbox_prefix}.F{feeder}.", datetime.combine(day, local.time()))


class FreshNames:
    """Names with a running time stamp."""

    def __init__(self, prefix: str, stamp: datetime) -> None:
        self._prefix = prefix
        self._stamp = stamp

    def __iter__(self) -> "FreshNames":
        return self

    def __next__(self) -> str:
        name = f"{self._prefix}{self._stamp:%Y%m%d%H%M%S}"
        self._stamp += timedelta(seconds=1)
        return name
