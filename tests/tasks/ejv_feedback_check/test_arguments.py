"""Which arguments go together, and what each way of working needs."""

from typing import Any

import pytest

from config.errors import UsageError
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


def test_a_named_file_needs_no_sftp_server() -> None:
    assert "CgiSftpSettings" in Arguments().needs
    assert "CgiSftpSettings" not in Arguments(file="F").needs
