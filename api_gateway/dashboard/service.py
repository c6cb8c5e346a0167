"""Rules of the room: what its endpoints do."""
