"""CFS, the accounting system behind PayBC: its REST calls, what they give, and how they fail.

Source: docs/specs/cfs-api.md. `CfsClient` (client.py) has one method per call; `model.py` holds what goes in
and comes out, `names.py` the words CFS knows, `errors.py` the failures. The client, with all that calls over HTTP,
is imported when it is asked for: who only speaks of what is in CFS does without.
"""

from typing import TYPE_CHECKING, Any

from connectors.cfs.errors import (
    CfsAnswerUnreadable,
    CfsCertificateRefused,
    CfsCredentialsRefused,
    CfsOutcomeUnknown,
    CfsReadOnly,
    CfsRejected,
    CfsUnavailable,
)
from connectors.cfs.model import (
    AppliedInvoice,
    CfsInvoice,
    CfsReceipt,
    CfsSite,
    CreditMemo,
    InvoiceAdjustment,
    InvoiceBalance,
    InvoiceLine,
    NewReceipt,
    SiteProfile,
)
from connectors.cfs.names import (
    CfsCaller,
    InvoiceActivity,
    PaymentMethod,
    ReceiptActivity,
    ReversalComment,
    ReversalReason,
    SiteReceiptMethod,
)

if TYPE_CHECKING:
    from connectors.cfs.client import CfsClient

__all__ = [
    "AppliedInvoice",
    "CfsAnswerUnreadable",
    "CfsCaller",
    "CfsCertificateRefused",
    "CfsClient",
    "CfsCredentialsRefused",
    "CfsInvoice",
    "CfsOutcomeUnknown",
    "CfsReadOnly",
    "CfsReceipt",
    "CfsRejected",
    "CfsSite",
    "CfsUnavailable",
    "CreditMemo",
    "InvoiceActivity",
    "InvoiceAdjustment",
    "InvoiceBalance",
    "InvoiceLine",
    "NewReceipt",
    "PaymentMethod",
    "ReceiptActivity",
    "ReversalComment",
    "ReversalReason",
    "SiteProfile",
    "SiteReceiptMethod",
]


def __getattr__(name: str) -> Any:
    if name != "CfsClient":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from connectors.cfs.client import CfsClient

    return CfsClient
