"""Imports: real data of others made into members, insiders, products, orders and follows. Restartable, never doubled."""
