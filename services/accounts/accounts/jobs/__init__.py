"""Jobs over all customers of a seller: deleting it, moving them to another."""
