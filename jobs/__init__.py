"""The runner: jobs, runs, locks, arguments, results. It knows nothing about payments."""
