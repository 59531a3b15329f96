"""Guide data: where it comes from, its programmes, and which channel shows what."""
