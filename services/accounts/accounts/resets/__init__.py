"""Password resets: links by mail that work once."""
