"""Shares: a member hands on the link of a product, and is told of what was bought through it."""
