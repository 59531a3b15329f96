"""Work that outlasts a call: queued here, done by the worker."""
