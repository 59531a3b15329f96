"""Resellers and partners: the directory, requests, links."""
