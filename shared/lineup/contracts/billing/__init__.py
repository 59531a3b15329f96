"""What billing is asked, answers and announces."""
