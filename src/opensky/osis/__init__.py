"""OSIS, the service bus: takes messages off queues, splits and joins them, calls third parties, and sends what follows."""
