"""Messages: what is said to whom, and who approved it."""
