"""Erasing what names a customer, here and in every other service."""
