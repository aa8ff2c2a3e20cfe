"""What may be typed behind PAD_RECONCILE, and which settings a run then needs."""

from typing import Any

import click
import pytest

from config.errors import UsageError
from tasks.pad_reconcile import JOB
from tasks.pad_reconcile.arguments import Arguments

APPLYING = ("ObjectStoreSettings", "CfsSettings", "EventSettings")


def typed(*words: str) -> Arguments:
    command = click.Command("PAD_RECONCILE", params=list(JOB.parameters))
    values: dict[str, Any] = command.make_context("PAD_RECONCILE", list(words)).params
    arguments: Arguments = JOB.load_arguments(values)
    return arguments


@pytest.mark.parametrize(
    ("words", "expected", "needs"),
    [
        ([], Arguments(), (*APPLYING, "CasSftpSettings")),
        (["--allow-late"], Arguments(allow_late=True), (*APPLYING, "CasSftpSettings")),
        (["--file", "a.csv", "--allow-late"], Arguments(file="a.csv", allow_late=True), APPLYING),
        (["--sync-all-credits"], Arguments(sync_all_credits=True), ("CfsSettings",)),
        (["--sync-all-credits", "--allow-late"], Arguments(None, allow_late=True, sync_all_credits=True),
         ("CfsSettings",)),
    ],
)  # fmt: skip
def test_what_is_typed_says_what_is_done_and_what_it_needs(
    words: list[str], expected: Arguments, needs: tuple[str, ...]
) -> None:
    assert typed(*words) == expected
    assert typed(*words).needs == needs


def test_late_files_and_all_credits_are_asked_for_by_name() -> None:
    assert (Arguments().file, Arguments().allow_late, Arguments().sync_all_credits) == (None, False, False)


def test_all_credits_and_a_file_do_not_go_together() -> None:
    with pytest.raises(UsageError, match=r"^--sync-all-credits applies no file: leave out --file\.$"):
        typed("--sync-all-credits", "--file", "a.csv")
