"""What the endpoints of webhooks do."""
