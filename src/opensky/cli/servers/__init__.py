"""Servers for tests and for developing: MariaDB, PostgreSQL and one that speaks MongoDB's protocol.

Each runs on a free port of this machine alone, on data that are thrown away, and dies with the process that started it.
"""
