"""The change history: who changed what, when and why, for rows and documents alike; looked at, undone and forgotten.

This door stays shut on purpose: the unit of work names ``history.actor``, and everything else here names the unit of work.
"""
