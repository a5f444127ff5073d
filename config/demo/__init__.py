"""A morning in fast motion against the running site, over HTTP only."""
