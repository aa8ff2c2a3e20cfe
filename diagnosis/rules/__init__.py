"""The tables of docs/specs/invoice-lifecycle.md section 5 as rules, a file a payment method."""
