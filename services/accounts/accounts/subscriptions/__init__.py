"""A copy of who has a running subscription, kept from billing's events."""
