"""Erasing what names a customer."""
