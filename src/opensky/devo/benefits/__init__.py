"""Coupons, free deliveries and levels: what members may use at the checkout beside credit."""
