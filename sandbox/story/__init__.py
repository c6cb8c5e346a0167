"""The invented world of the sandbox: people, companies, and what they do when someone writes to them."""
