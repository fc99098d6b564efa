"""The measurements that the README quotes, each one command: ``opensky bench NAME``.

A measurement is a module with ``run(...) -> Results``. CPU time is that of the processes measured, not of the one that
asks; machines are noisy, so what is quoted is a median of rounds that take turns with a floor in the same run.
"""
