"""The kernel: clock, ids, money, the root of all errors. It imports nothing of OpenSky."""
