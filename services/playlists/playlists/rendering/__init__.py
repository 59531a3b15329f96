"""What the public addresses serve, made once per change: sets, guides, access facts."""
