"""The batch jobs of SBC Pay that this program does not run: docs/specs/schedules.md section 2."""

RUN_BY_PAYMENT_JOBS = frozenset(
    {
        "ACTIVATE_PAD_ACCOUNTS",
        "ADHOC_INVOICE_STATUS_CHECK",
        "AP",
        "BCOL_REFUND_CONFIRMATION",
        "CREATE_CFS_ACCOUNTS",
        "CREATE_INVOICES",
        "DIRECT_PAY_REFUND",
        "EFT",
        "EFT_OVERPAYMENT",
        "EJV_PARTNER",
        "EJV_PAYMENT",
        "NOTIFY_UNPAID_INVOICE_OB",
        "PERMISSION_CHECK",
        "SEND_NOTIFICATIONS",
        "STATEMENTS_DUE",
        "UPDATE_GL_CODE",
        "UPDATE_STALE_PAYMENTS",
        "UPDATE_STALE_PAYMENTS_DAILY",
    }
)
ELSEWHERE = dict.fromkeys(RUN_BY_PAYMENT_JOBS, "the payment-jobs of SBC Pay")
