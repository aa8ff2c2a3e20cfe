"""The pay database: engine, sessions, SQL files, COPY, and the migrations of our own schema `pay_jobs`.

The pay tables belong to other services: they are read and written here, never created or altered.
"""
