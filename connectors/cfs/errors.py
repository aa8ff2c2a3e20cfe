"""How a call to CFS can fail.

    SourceUnavailable
      CfsUnavailable         CFS is away or closed; nothing was changed
        CfsOutcomeUnknown    a change was sent and its answer was lost: look it up before sending it again
    SourceRefused
      CfsCredentialsRefused  CFS does not accept an identity
      CfsCertificateRefused  we do not accept the certificate that CFS shows
    InputRefused
      CfsRejected            CFS understood and said no; `reason` has its words
      CfsAnswerUnreadable    CFS answered something that was not agreed
    PayJobsError
      CfsReadOnly            a change was asked of a client that may only read

They are leaves of the tree in config/errors.py.
"""

from config.errors import InputRefused, PayJobsError, SourceRefused, SourceUnavailable
from connectors.effects import AnswerLost, ChangeRefused


class CfsUnavailable(SourceUnavailable):
    """CFS is away or closed and nothing was changed there: the next run tries again."""


class CfsOutcomeUnknown(CfsUnavailable, AnswerLost):
    """The change may have been made: the next run looks it up in CFS before it goes on."""


class CfsCredentialsRefused(SourceRefused):
    """Correct the settings of that identity, or have its rights granted; trying again does not help."""


class CfsCertificateRefused(SourceRefused):
    """Nothing was sent. Have the certificate renewed, or our CA bundle (SSL_CERT_FILE); check CFS_BASE_URL."""


class CfsRejected(ChangeRefused):
    """CFS refused the change and made none; its reason says what has to be corrected."""

    title = "refused by CFS"

    def __init__(self, message: str, *, reason: str, status_code: int) -> None:
        super().__init__(message, reason=reason)
        self.status_code = status_code


class CfsAnswerUnreadable(InputRefused):
    """CFS answered something that was not agreed: ask its support, and check CFS_BASE_URL."""

    title = "unreadable answer"
    nothing_done = False


class CfsReadOnly(PayJobsError):
    """This is a mistake in the program: a dry run must not change CFS. Nothing was sent."""
