"""What was planned, taken and measured: the field and laboratory side of Rootfield."""
