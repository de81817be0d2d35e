"""Verbs across models: each one a function that doors and tasks call."""
