"""What is checked without n8n, in milliseconds: every rule is a function that yields what breaks it."""
