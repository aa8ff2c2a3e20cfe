"""The command line: the runner's own commands."""
