"""The words CFS knows, exactly as it writes them.

Source: docs/specs/cfs-api.md sections 2 to 6.
"""

from enum import StrEnum


class CfsCaller(StrEnum):
    """Who calls (section 2): FAS makes, reverses and adjusts receipts, PAYBC does everything else."""

    PAYBC = "PAYBC"
    FAS = "FAS"


class SiteReceiptMethod(StrEnum):
    """How CFS collects on a site (section 3)."""

    PAD_DAILY = "BCR-PAD Daily"
    PAD_STOP = "BCR-PAD Stop"
    EFT = "BC REG EFT Wire Cheque"


class PaymentMethod(StrEnum):
    """How the money of a receipt came in (section 4). The last two are made by CFS itself and only read."""

    CASH = "BC REG Cash Equivalent"
    EFT = "BC REG EFT Wire Cheque"
    DRAWDOWN = "BC REG Drawdown Balance"
    PAD = "BCR-PAD Daily"
    ONLINE_BANKING = "Online Banking Payments"


class ReceiptStatus(StrEnum):
    """The states of a receipt that are known; CFS may have others (section 4)."""

    APPLIED = "APP"
    REVERSED = "REV"


class ReversalReason(StrEnum):
    """Why a receipt is reversed, as a code (section 4)."""

    NSF = "NSF"
    PAYMENT_REVERSAL = "PAYMENT REVERSAL"


class ReversalComment(StrEnum):
    """Why a receipt is reversed, in words (section 4)."""

    NON_SUFFICIENT_FUND = "Non Sufficient Fund"
    LINKING_ROUTING_SLIP = "Linking Routing Slip"
    CREATED_IN_ERROR = "Created In Error"
    CORRECTED_IN_REVISION = "Corrected In Revision"


class ReceiptActivity(StrEnum):
    """Where the rest of a receipt goes when it is adjusted (section 4)."""

    REFUND = "Refund Adjustment FAS"
    WRITE_OFF = "Write-off Adjustment FAS"


class InvoiceActivity(StrEnum):
    """Why the amount due of an invoice changes (section 5)."""

    NSF_CHARGE = "BC Registries - NSF Charge"
    WRITE_OFF = "BC Registries Write Off"


MESSAGES = "CAS-Returned-Messages"
DOWN = "[CFS Down]"

INVOICE_BATCH_SOURCE = "BC REG MANUAL_OTHER"
INVOICE_TYPE = "BC_REGISTRIES"
INVOICE_TERM = "IMMEDIATE"
CREDIT_MEMO_BATCH_SOURCE = "MANUAL-OTHER"
CREDIT_MEMO_TYPE = "BC_REG_CREDIT_MEMO"
