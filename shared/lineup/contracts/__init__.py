"""What services say to each other: requests, replies and events, by owner."""
