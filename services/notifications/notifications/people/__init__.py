"""Who messages concern: copies of accounts' partners, sellers and customers."""
