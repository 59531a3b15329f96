"""Pages about customers, their groups, sellers and their logins."""
