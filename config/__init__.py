"""What every room rests on: the error tree, settings, logging, the business time zone.

Nothing in here knows a database, a file or a payment.
"""
