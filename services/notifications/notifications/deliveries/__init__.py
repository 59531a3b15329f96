"""One message to one receiver: queued, sent, tried again, given up, all in a log."""
