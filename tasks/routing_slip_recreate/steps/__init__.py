"""The steps that change or check CFS: each knows how to see whether it is true already, and what to send if not.

base.py says what a step is; receipts.py, invoices.py and checks.py hold one class a kind of step.
"""
