"""What the endpoints of messages do; filled by the room."""
