"""Look after the journal voucher batches at CGI: what is outstanding, what the files say, send again, void, unstop.

Reads   the pay tables, the stored inbox and feedback files, the CGI directory
Writes  `index`: pay_jobs.cgi_files and cgi_mentions; `resubmit`: an INBOX file and its trigger in the CGI directory,
        the journal; `rebuild`: the rows of the batch that nobody accepted; `unstop`: distribution_codes
Never   sends a batch again, or voids it, while an answer to it is known or may be on its way; lets journals run again
        on a GL over which the next batch would move money wrongly
Normal  the answer to one question, or one batch put right

What changes something holds the lock of EJV_FEEDBACK_CHECK. Source: docs/specs/cgi-ejv-files.md section 8.
"""

import click

from jobs.job import Job
from jobs.parameters import REASON
from tasks.ejv_feedback_check import JOB as EJV_FEEDBACK_CHECK

_TASK = "tools.ejv.task"
_ARGUMENTS = "tools.ejv.arguments"
_STORE = ("CgiSettings", "ObjectStoreSettings")
_CGI = ("CgiSettings", "CgiSftpSettings", "ObjectStoreSettings")
_LOCK = EJV_FEEDBACK_CHECK.name
_BATCH = click.Argument(["batch"], metavar="BATCH", type=click.IntRange(1, 2**31 - 1))
_SKIP_WAIT = click.Option(
    ["--skip-wait"],
    is_flag=True,
    help="Do not wait a business day for an answer (only when CAS confirms the file never arrived).",
)

OUTSTANDING = Job(
    name="ejv outstanding",
    summary="Show the batches without an answer, their age, and what to do next.",
    run=f"{_TASK}:show_outstanding",
    arguments=f"{_ARGUMENTS}:OutstandingArguments",
    examples=("ejv outstanding",),
    needs=("CgiSettings",),
    reads_only=True,
)
PREFLIGHT = Job(
    name="ejv preflight",
    summary="Look at each GL code that the next journals will use, before CGI refuses it.",
    run=f"{_TASK}:look_ahead",
    arguments=f"{_ARGUMENTS}:PreflightArguments",
    examples=("ejv preflight",),
    reads_only=True,
)
SEARCH = Job(
    name="ejv search",
    summary="Find an invoice, batch or journal in the stored inbox and feedback files.",
    run=f"{_TASK}:search_files",
    arguments=f"{_ARGUMENTS}:SearchArguments",
    parameters=(click.Argument(["numbers"], metavar="NUMBER...", nargs=-1, required=True),),
    examples=("ejv search 7654321", "ejv search 7654321 FI00008801"),
    needs=_STORE,
    reads_only=True,
)
INDEX = Job(
    name="ejv index",
    summary="Index the stored inbox and feedback files that are not indexed yet, for `ejv search`.",
    run=f"{_TASK}:index_files",
    arguments=f"{_ARGUMENTS}:IndexArguments",
    examples=("ejv index",),
    needs=_STORE,
    lock=_LOCK,
)
RESUBMIT = Job(
    name="ejv resubmit",
    summary="Send the stored inbox file of a batch again, under a new name.",
    run=f"{_TASK}:resubmit_batch",
    arguments=f"{_ARGUMENTS}:ResubmitArguments",
    parameters=(
        _BATCH,
        _SKIP_WAIT,
        click.Option(["--closed-period"], is_flag=True, help="Send it although its dates are of a past month or year."),
        REASON,
    ),
    examples=(
        'ejv resubmit 4321 --reason "ticket 4711: CAS never got it" --dry-run',
        'ejv resubmit 4321 --skip-wait --reason "ticket 4711: CAS confirms that it never arrived"',
    ),
    needs=_CGI,
    lock=_LOCK,
)
REBUILD = Job(
    name="ejv rebuild",
    summary="Void a batch that CGI refused or never ran, so that a new one is made.",
    run=f"{_TASK}:rebuild_batch",
    arguments=f"{_ARGUMENTS}:RebuildArguments",
    parameters=(_BATCH, _SKIP_WAIT, REASON),
    examples=('ejv rebuild 4321 --reason "ticket 4711: November is closed; clear stop_ejv 1234" --dry-run',),
    needs=_CGI,
    lock=_LOCK,
)
UNSTOP = Job(
    name="ejv unstop",
    summary="Let journals run again on a distribution code, after its GL was corrected.",
    run=f"{_TASK}:unstop_code",
    arguments=f"{_ARGUMENTS}:UnstopArguments",
    parameters=(click.Argument(["code"], metavar="CODE", type=click.IntRange(1, 2**31 - 1)), REASON),
    examples=('ejv unstop 1234 --reason "ticket 4712: the ministry confirmed the new GL"',),
    lock=_LOCK,
)
TOOLS = (OUTSTANDING, PREFLIGHT, SEARCH, INDEX, RESUBMIT, REBUILD, UNSTOP)
