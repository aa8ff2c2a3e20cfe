"""The life of a run, a file a step: arguments, ledger row, lock, outbox, task, outcome."""
