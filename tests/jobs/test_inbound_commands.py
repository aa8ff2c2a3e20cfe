"""The commands that are told of an inbound file: its name is one word of them, whatever its sender put into it."""

from datetime import UTC, datetime

import pytest

from config.errors import UsageError
from connectors.inbound.holds import HoldKind
from connectors.inbound.ledger import InboundFile
from jobs.inbound.choose_file import check_release
from jobs.inbound.poll_outcome import held_file, how_to_recover

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
    whole = said.replace("it is right", "the whole file is taken in")
    assert how_to_recover(name, HoldKind.CUT_OFF) == whole % "" + aside


@NAMES
def test_a_file_that_is_never_applied_as_it_is_gets_no_command_that_would_apply_it(name: str, typed: str) -> None:
    told = held_file(name, "ask the sender for the whole file", HoldKind.CUT_OFF)
    assert told.detail == "ask the sender for the whole file. Once that is taken in, replay it"
    assert told.command == f"python3 invoke_jobs.py files show {typed}"


@NAMES
def test_a_hold_that_was_not_named_is_told_with_the_command_that_names_it(name: str, typed: str) -> None:
    file = InboundFile(
        1, "CGI", name, "", 1, "held", "why", None, None, None, None, None, CAME, None, None, None, {"hold": "fuse"}
    )
    with pytest.raises(UsageError) as error:
        check_release(file, None)
    assert str(error.value).endswith(f': files replay {typed} --despite fuse --reason "..."')


@NAMES
def test_a_hold_that_no_option_names_is_told_with_a_command_without_it(name: str, typed: str) -> None:
    file = InboundFile(
        1, "CGI", name, "", 1, "failed", "why", None, None, None, None, None, CAME, None, None, None, {"hold": "faults"}
    )
    with pytest.raises(UsageError) as error:
        check_release(file, "failed")
    assert str(error.value).endswith(f': files replay {typed} --reason "..."')
