"""The formats of files from outside: bytes in, typed rows out; no I/O, no database. One reader a format."""
