"""SQL engines by URL: what differs from one database to the next, and nothing else."""
