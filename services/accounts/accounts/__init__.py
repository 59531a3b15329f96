"""Who there is: hierarchy, logins, customers, users."""
