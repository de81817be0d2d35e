"""The door for tablets."""
