"""How whoever watches the site sees each of its processes."""
