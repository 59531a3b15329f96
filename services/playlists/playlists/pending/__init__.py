"""What must be rendered again: every room marks it here, the worker does it."""
