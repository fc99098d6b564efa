"""The flows of the shop, one file a business flow."""
