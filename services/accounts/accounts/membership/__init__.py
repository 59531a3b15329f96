"""A customer together with its login, users and devices: made, switched, deleted."""
