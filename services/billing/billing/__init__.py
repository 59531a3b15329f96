"""What is owed: ledger, catalogue, subscriptions, webshops."""
