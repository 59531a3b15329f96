"""Packages of the platform: what partners choose from, and what each may have."""
