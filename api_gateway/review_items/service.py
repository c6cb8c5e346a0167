"""What the endpoints of replies do; filled by the room."""
