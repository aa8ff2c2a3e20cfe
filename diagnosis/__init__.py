"""Why an invoice stands where it stands (docs/specs/invoice-lifecycle.md): used by the report, repair and explain.

    diagnose_invoices     evidence, CFS and rules for a few invoices, one after the other
    read_evidence         what the pay database knows of a page of invoices
    search_stored_files   what stands in settlement files that we did not apply
    cfs_lookups           what CFS says, and cfs_questions: when it is worth asking
    diagnose, rules/      the first rule that holds, by payment method and status
    catalogue             every diagnosis: what it is, what to do, whose turn it is
    next_command          the command that does the next step

Nothing here changes anything.
"""
