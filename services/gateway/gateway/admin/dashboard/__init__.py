"""The dashboard: what needs somebody today; each figure leads to its list."""

from gateway.admin.dashboard.pages import pages

__all__ = ["pages"]
