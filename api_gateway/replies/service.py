"""What the endpoints of replies do."""
