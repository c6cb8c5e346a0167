"""Stand-ins for the vendors: they speak the real wire contracts, remember every effect, and misbehave on request."""
