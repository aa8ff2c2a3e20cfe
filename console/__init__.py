"""The read-only web console: the night on one screen, runs, files, statements, what is stuck or half done outside.

Reads   what the terminal commands read, through the same functions; artifacts of runs from the object store
Writes  nothing: a database role with SELECT only, and each page in a read-only transaction
Never   asks CFS, CGI, CAS or any other system outside; takes anything but GET and HEAD
Normal  pages on 127.0.0.1 behind the platform's proxy, and health and figures on a port of their own
"""
