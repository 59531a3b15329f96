"""What can be asked of the webshops."""
