"""List the files that came in, show one with its rows, fetch one, apply one that is held or failed, or put it aside.

Reads   pay_jobs.inbound_files, settlement_rows, feedback_batches and feedback_lines; `replay` also the stored file
Writes  `replay`: what the job of the file writes, PAD_RECONCILE or EJV_FEEDBACK_CHECK, whose lock it holds;
        `ignore`: the state of the file, so that it no longer blocks sending a batch again; `fetch`: a file of this
        machine
Never   applies a file twice
Normal  a table of files; one file applied
"""

import click

from connectors.inbound.holds import RELEASABLE
from jobs.job import Job
from jobs.parameters import NEW_FILE, REASON, ROW_ID
from tasks.channels import CHANNELS

_ID = click.Option(
    ["--id", "file_id"], type=ROW_ID, help="Which of several files of the name; without it the newest that waits."
)

LIST = Job(
    name="files list",
    summary="Show the files that came in and their states, the newest first.",
    run="tools.files.task:show_files",
    arguments="tools.files.arguments:FileListArguments",
    parameters=(click.Option(["--state"], help="Only files in this state, such as held or failed."),),
    examples=("files list", "files list --state held"),
    reads_only=True,
)
SHOW = Job(
    name="files show",
    summary="Show one file: its state, and what became of its rows.",
    run="tools.explain.task:file",
    arguments="tools.explain.arguments:Arguments",
    parameters=(click.Argument(["subject"], metavar="NAME"),),
    examples=("files show BCR_PAYMENT_APPL_20261105.csv",),
    reads_only=True,
)
FETCH = Job(
    name="files fetch",
    summary="Fetch a stored file as it came, also one that only the old poller stored.",
    run="tools.files.task:fetch_file",
    arguments="tools.files.arguments:FetchedFile",
    parameters=(
        click.Argument(["name"], metavar="NAME"),
        click.Option(["--to"], type=NEW_FILE, required=True, help="The file to write."),
    ),
    examples=("files fetch BCR_PAYMENT_APPL_20261105.csv --to /tmp/BCR_PAYMENT_APPL_20261105.csv",),
    needs=("ObjectStoreSettings", "CgiSettings"),
    reads_only=True,
)
REPLAY = Job(
    name="files replay",
    summary="Apply a file that is held or failed.",
    run="tools.files.task:replay_file",
    arguments="tools.files.arguments:NamedFile",
    parameters=(
        click.Argument(["name"], metavar="NAME"),
        REASON,
        _ID,
        click.Option(
            ["--despite"],
            type=click.Choice(RELEASABLE),
            help="The hold to release, and no other; must be named for the fuse.",
        ),
    ),
    examples=(
        'files replay BCR_PAYMENT_APPL_20261105.csv --reason "ticket 4711: late file checked, no NSF rows"',
        'files replay BCR_PAYMENT_APPL_20261106.csv --despite fuse --reason "ticket 4712: CAS confirms 60 bounces"',
    ),
    needs=("ObjectStoreSettings", "CfsSettings", "CgiSettings", "EventSettings"),
    delivers=CHANNELS,
)
IGNORE = Job(
    name="files ignore",
    summary="Put aside a file that is held or failed and must not be applied.",
    run="tools.files.task:ignore_file",
    arguments="tools.files.arguments:NamedFile",
    parameters=(
        click.Argument(["name"], metavar="NAME"),
        REASON,
        _ID,
    ),
    examples=('files ignore FEEDBACK.F3535.20261117214512 --reason "ticket 4713: CAS sent it again"',),
    needs=("ObjectStoreSettings", "CgiSettings"),
)
TOOLS = (LIST, SHOW, FETCH, REPLAY, IGNORE)
