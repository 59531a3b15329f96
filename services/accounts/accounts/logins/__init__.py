"""Logins: passwords, sign-in, sessions and API tokens."""
