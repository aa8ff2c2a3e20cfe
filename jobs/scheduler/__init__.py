"""The long-running scheduler: what runs when, and who runs it."""
