"""Customers: who they are, with their login."""
