"""What the endpoints of meetings do; filled by the room."""
