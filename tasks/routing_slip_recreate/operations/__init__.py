"""The operations on a slip, one module each: how its steps are planned, and what is written when they are all true.

base.py holds what they share; OPERATIONS in catalogue.py lists them.
"""
