"""Which arguments go together, and what each way of working needs."""

from typing import Any

import click
import pytest

from config.errors import UsageError
from tasks.ejv_feedback_check import JOB
from tasks.ejv_feedback_check.arguments import Arguments


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"file": "F", "despite_faults": True}, '--reason "..." is blank'),
        ({"despite_faults": True, "reason": "r"}, "--despite-faults needs --file NAME"),
    ],
)
def test_arguments_that_do_not_go_together_are_refused(typed: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Arguments(**typed)


def test_despite_faults_takes_no_value() -> None:
    command = click.Command(JOB.name, params=list(JOB.parameters))
    words = ["--despite-faults", "--file", "F", "--reason", "ticket 4711"]
    assert command.make_context(JOB.name, words).params == {
        "despite_faults": True, "file": "F", "reason": "ticket 4711"}  # fmt: skip


def test_a_named_file_needs_no_sftp_server() -> None:
    assert "CgiSftpSettings" in Arguments().needs
    assert "CgiSftpSettings" not in Arguments(file="F").needs
