"""The account tree: operator, partners, sellers, customers, and their paths."""
