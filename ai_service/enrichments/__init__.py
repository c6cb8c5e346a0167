"""What is known about a prospect, put into words, each with the fact it came from."""
