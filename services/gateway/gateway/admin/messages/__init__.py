"""Pages about messages and how they are sent."""
