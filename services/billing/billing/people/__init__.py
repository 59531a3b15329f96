"""Who there is, as far as billing needs to know: copies of what accounts announces."""
