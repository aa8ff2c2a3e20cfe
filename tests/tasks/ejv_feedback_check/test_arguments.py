"""Which arguments go together, and what each way of working needs."""

from typing import Any

import pytest

from config.errors import UsageError
from tasks.ejv_feedback_check.arguments import Arguments


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"file": "F", "search": ("1",)}, "--file and --search do not go together"),
        ({"no_poll": True, "resubmit": 1, "reason": "r"}, "--no-poll and --resubmit do not go together"),
        ({"resubmit": 1}, "--resubmit needs --reason"),
        ({"rebuild": 0, "reason": "  "}, "--rebuild needs --reason"),
        ({"unstop": 1}, "--unstop needs --reason"),
        ({"file": "F", "despite_faults": True}, "--despite-faults needs --reason"),
        ({"despite_faults": True, "reason": "r"}, "--despite-faults goes with --file only"),
        ({"even_if_young": True}, "--even-if-young goes with --resubmit or --rebuild only"),
        ({"even_if_closed": True}, "--even-if-closed goes with --resubmit only"),
    ],
)
def test_arguments_that_do_not_go_together_are_refused(typed: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Arguments(**typed)


@pytest.mark.parametrize(
    ("typed", "mode", "needs_sftp"),
    [
        ({}, "poll", True),
        ({"no_poll": True}, "check", False),
        ({"file": "F"}, "file", False),
        ({"search": ("1", "2")}, "search", False),
        ({"index_bucket": True}, "search", False),
        ({"resubmit": 1, "reason": "r"}, "resubmit", True),
        ({"rebuild": 1, "reason": "r"}, "rebuild", True),
        ({"unstop": 1, "reason": "r"}, "unstop", False),
    ],
)
def test_each_way_of_working_asks_for_no_more_than_it_needs(typed: dict[str, Any], mode: str, needs_sftp: bool) -> None:
    arguments = Arguments(**typed)
    assert (arguments.mode, "CgiSftpSettings" in arguments.needs) == (mode, needs_sftp)
