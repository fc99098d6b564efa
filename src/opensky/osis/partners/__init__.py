"""Third parties, each behind a port: what is asked of them and what they answer, whoever they are."""
