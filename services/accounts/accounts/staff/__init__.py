"""Logins and what keeps them signed in: passwords, sessions, visits."""
