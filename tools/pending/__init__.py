"""List everything that is half done outside, whatever made it.

Reads   the outbox, and the journals of routing slips, partial credits and resubmissions
Writes  nothing, not even a row in the run ledger
Never   asks CFS, CGI or any other system outside
Normal  an empty list, or messages that wait for the next delivery
"""
