"""Channels as staff sees and changes them, each with its packages and its guide."""
