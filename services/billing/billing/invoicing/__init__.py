"""What was bought, paid in and given back becomes documents."""
