"""What the endpoints of suppressions do; filled by the room."""
