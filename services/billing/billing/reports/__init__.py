"""Figures of what was sold and what stands, for dashboards and reports."""
