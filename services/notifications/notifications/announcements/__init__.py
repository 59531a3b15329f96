"""What happens elsewhere and must be said: an event becomes a message."""
