"""Inbound files: poll, take in, ledger, listing, move and content."""
