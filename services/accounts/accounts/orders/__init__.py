"""Shop orders: a buyer becomes a customer, each seat a user."""
