"""Pages about channels, packages, imports and the guide."""
