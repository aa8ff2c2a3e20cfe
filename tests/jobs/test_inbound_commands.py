"""The commands that are told of an inbound file: its name is one word of them, whatever its sender put into it."""

from datetime import UTC, datetime

import pytest

from config.errors import UsageError
from connectors.inbound.holds import HoldKind
from connectors.inbound.ledger import InboundFile
from jobs.inbound.choose_file import check_release
from jobs.inbound.poll_outcome import how_to_recover

NAMES = pytest.mark.parametrize(
    ("name", "typed"), [("FEEDBACK.1", "FEEDBACK.1"), ("FEEDBACK.1;oc delete pod x", "'FEEDBACK.1;oc delete pod x'")]
)
CAME = datetime(2026, 11, 17, tzinfo=UTC)


@NAMES
def test_how_to_recover_a_file(name: str, typed: str) -> None:
    aside = f'to put it aside: files ignore {typed} --reason "..."'
    said = f'Once it is right: files replay {typed} %s--reason "..." (what was applied before is not applied twice); '
    assert how_to_recover(name, HoldKind.FAILED) == said % "" + aside
    assert how_to_recover(name, HoldKind.FUSE) == said % "--despite fuse " + aside


@NAMES
def test_a_hold_that_was_not_named_is_told_with_the_command_that_names_it(name: str, typed: str) -> None:
    file = InboundFile(
        1, "CGI", name, "", 1, "held", "why", None, None, None, None, None, CAME, None, None, None, {"hold": "fuse"}
    )
    with pytest.raises(UsageError) as error:
        check_release(file, None)
    assert str(error.value).endswith(f': files replay {typed} --despite fuse --reason "..."')
