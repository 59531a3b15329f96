"""The ledger: wallets, transfers and their unchangeable entries."""
