"""Pages about the platform's partners: their packages, dates and end."""
