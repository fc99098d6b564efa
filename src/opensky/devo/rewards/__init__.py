"""Rewards: rules that staff keep, what they grant, and why (docs/rewards.md)."""
