"""The ejv tools, one function each."""

from contextlib import closing

from config.settings import ObjectStoreSettings
from connectors.object_store import ObjectStore
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome
from tasks.ejv_feedback_check.bucket_index import index_bucket
from tasks.ejv_feedback_check.outstanding import check_outstanding
from tools.ejv.arguments import (
    IndexArguments,
    OutstandingArguments,
    PreflightArguments,
    RebuildArguments,
    ResubmitArguments,
    SearchArguments,
    UnstopArguments,
)
from tools.ejv.preflight import preflight
from tools.ejv.rebuild import rebuild
from tools.ejv.resubmit import resubmit
from tools.ejv.search import search
from tools.ejv.unstop import unstop


def show_outstanding(context: RunContext, _arguments: OutstandingArguments) -> Outcome:
    """Show the batches without an answer."""
    return check_outstanding(context)


def search_files(context: RunContext, arguments: SearchArguments) -> Outcome:
    """Show every stored line about the numbers."""
    with closing(ObjectStore(context.settings(ObjectStoreSettings))) as store:
        return search(context, store, arguments.numbers)


def index_files(context: RunContext, _arguments: IndexArguments) -> Outcome:
    """Index what lies in the bucket and is not indexed yet."""
    with closing(ObjectStore(context.settings(ObjectStoreSettings))) as store:
        return index_bucket(context, store)


def resubmit_batch(context: RunContext, arguments: ResubmitArguments) -> Outcome:
    """Send a batch again."""
    with closing(ObjectStore(context.settings(ObjectStoreSettings))) as store:
        return resubmit(
            context,
            store,
            arguments.batch,
            reason=arguments.reason,
            closed_period=arguments.closed_period,
            skip_wait=arguments.skip_wait,
        )


def rebuild_batch(context: RunContext, arguments: RebuildArguments) -> Outcome:
    """Void a batch."""
    with closing(ObjectStore(context.settings(ObjectStoreSettings))) as store:
        return rebuild(context, store, arguments.batch, reason=arguments.reason, skip_wait=arguments.skip_wait)


def unstop_code(context: RunContext, arguments: UnstopArguments) -> Outcome:
    """Clear stop_ejv of a distribution code."""
    return unstop(context, arguments.code, reason=arguments.reason)


def look_ahead(context: RunContext, _arguments: PreflightArguments) -> Outcome:
    """Look at the GL codes that the next journals will use."""
    return preflight(context)
