"""What is sold: products of packages, and plans with a length and a price."""
