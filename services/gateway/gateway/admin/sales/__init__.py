"""Pages about products, money, subscriptions and selling."""
