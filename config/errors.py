"""What can go wrong, and who has to do something about it.

    PayJobsError             exit 1   nobody yet: the next run tries again
      UsageError             exit 2   caller: fix the command
      ConfigError            exit 2   deployer: fix the setting, the rights, the schema
      AlreadyRunning         exit 75  who typed it: again when the other run is over
      Interrupted            exit 1   nobody: the run was asked to stop, and stopped at a safe point
      SourceUnavailable      exit 1   nobody: an outside system is away, the next run tries again
      SourceRefused          exit 3   operator: credentials, host key or rights were refused
      InputRefused           exit 3   operator: a file or an answer is not what was agreed
        FormatError          exit 3   operator: ask the sender, keep the file
          HeaderError        exit 3   operator: the same, for a file whose first line is not the agreed one
        TotalsDisagree       exit 3   operator: nothing was applied

The docstring of each leaf is shown after the message, as what to do now; its title stands where a table says why.
A job whose next run does not make up for a failed one says in `after_failure` what to do instead of waiting for it.
The exit codes are part of
the interface: the pod failure policies in openshift/ rest on them.
"""

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """How a command ends."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    ATTENTION = 3
    LOCKED = 75


class PayJobsError(Exception):
    """The next run tries again; if it keeps failing, look at the error above."""

    exit_code: ClassVar[ExitCode] = ExitCode.FAILED
    title: ClassVar[str] = "failed"
    do_instead = ""

    @property
    def advice(self) -> str:
        """Return what to do now, in one sentence."""
        return self.do_instead or (type(self).__doc__ or "").strip()

    @property
    def full_text(self) -> str:
        """Return what happened, and what to do now."""
        said = str(self).strip()
        if "\n" in said:
            return f"{said}\n{self.advice}"
        return f"{said if said.endswith(('.', ':', '!', '?')) else said + '.'} {self.advice}"


class UsageError(PayJobsError):
    """Correct the command and run it again; --help shows examples."""

    exit_code = ExitCode.USAGE
    title = "wrong command"


class ConfigError(PayJobsError):
    """Correct the setting and run it again; `doctor` checks them all."""

    exit_code = ExitCode.USAGE
    title = "wrong setting"


class AlreadyRunning(PayJobsError):
    """Nothing was done. A scheduled run will come again; run any other command again when that run is over."""

    exit_code = ExitCode.LOCKED
    title = "already running"


class Interrupted(PayJobsError):
    """Run the same command again: what was committed stays, and the rest is done then."""

    title = "stopped on request"


class SourceUnavailable(PayJobsError):
    """Nothing was lost: the next run tries again."""

    title = "not reachable"


class SourceRefused(PayJobsError):
    """Check the credentials, the host key and the rights; trying again does not help."""

    exit_code = ExitCode.ATTENTION
    title = "access refused"


class InputRefused(PayJobsError):
    """Nothing was applied. Find the cause before you run it again."""

    exit_code = ExitCode.ATTENTION
    title = "refused"
    nothing_done: ClassVar[bool] = True


class FormatError(InputRefused):
    """Nothing was applied. Ask the sender about this file and keep it."""

    title = "bad format"


class HeaderError(FormatError):
    """Nothing was applied. Ask the sender about this file and keep it."""

    title = "bad header"


class TotalsDisagree(InputRefused):
    """Nothing was applied. Find out which side is right before anything else."""

    title = "totals disagree"
