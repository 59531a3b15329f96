"""Boxes: what a partner has in stock and hands out, and to whom."""
