"""What the panel's and the portal's pages share: guard, forms, parts, words."""
