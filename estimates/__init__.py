"""What the samples say about carbon."""
