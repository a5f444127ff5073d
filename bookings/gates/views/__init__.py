"""The gate's own program, what it asks for, and the desk's board of gates."""
