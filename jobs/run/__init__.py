"""The life of a run: arguments, ledger, lock, outbox, task, outcome."""
