"""Users: the lines of customers, with what a player needs."""
