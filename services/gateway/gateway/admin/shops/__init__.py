"""Pages about webshops, their orders and their deliveries."""
