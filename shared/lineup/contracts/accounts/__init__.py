"""What accounts is asked, answers and announces."""
