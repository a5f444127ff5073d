"""Pages of signing in: `me` for tourists, `staff` for people at work."""
