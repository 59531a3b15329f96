"""A user's right to a product: its periods, renewals and end."""
