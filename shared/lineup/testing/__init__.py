"""What tests of any part stand on: real servers, fresh databases, a clock to move."""
