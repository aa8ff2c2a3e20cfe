"""An option that became a command of its own is told by either job that takes files, whichever had it."""

import click
import pytest

from jobs.commands.cli import JobCommand
from jobs.job import Job
from tasks.ejv_feedback_check import JOB as EJV_FEEDBACK_CHECK
from tasks.pad_reconcile import JOB as PAD_RECONCILE


@pytest.mark.parametrize("job", [EJV_FEEDBACK_CHECK, PAD_RECONCILE], ids=lambda job: job.name)
@pytest.mark.parametrize(
    ("option", "command"),
    [
        ("--list", "files list"),
        ("--replay", 'files replay NAME --reason "..."'),
        ("--ignore", 'files ignore NAME --reason "..."'),
    ],
)
def test_both_jobs_that_take_files_name_the_same_command_for_an_option_of_old(
    job: Job, option: str, command: str
) -> None:
    typed = JobCommand(job.name, params=list(job.parameters), job=job)

    with pytest.raises(click.UsageError) as refused:
        typed.make_context(job.name, [option, "F"])

    assert refused.value.message.endswith(f": python3 invoke_jobs.py {command}")
