"""What the endpoints of mailboxes do; filled by the room."""
