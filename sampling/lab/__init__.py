"""The door for the bench: results in bulk, their states, and the batches they came in."""
