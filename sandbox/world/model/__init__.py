"""Where everything must stand, told by those who act in a world; none of it shares code with the jobs.

records.py holds what is known; settlements.py, statements.py, journals.py and slips.py say what a job must make of what
came; compare.py holds the pay tables against it.
"""
