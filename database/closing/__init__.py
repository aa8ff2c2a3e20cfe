"""What moved in the pay tables on a business day: one statement a figure, whose rows are what the figure adds up.

A row counts on the day it was booked: with the settlement file that told of it, with CGI's answer, else at its own
time. A date without a time is a Vancouver day, an instant falls on the Vancouver day it is in.
"""
