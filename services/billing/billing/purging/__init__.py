"""Deleting everything of a partner."""
