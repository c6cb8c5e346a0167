"""The paid providers behind one port, and the circuit breaker in front of each."""
