"""Settings of an organization: whom it looks for, how fast it may send, how its agent speaks."""
