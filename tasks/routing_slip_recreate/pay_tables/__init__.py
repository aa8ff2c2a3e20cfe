"""The last local write of an operation: small statements inside the one transaction that closes the journal."""
