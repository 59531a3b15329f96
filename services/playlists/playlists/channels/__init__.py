"""Channels and the packages they are sold in."""
