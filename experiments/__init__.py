"""What is run, how, and what is said about it."""
