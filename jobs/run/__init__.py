"""What a run has and leaves: context, clock, lock, ledger, outcome, result."""
