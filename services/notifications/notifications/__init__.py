"""What is said: templates, mail, the delivery log."""
