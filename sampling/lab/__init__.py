"""The door for bench."""
