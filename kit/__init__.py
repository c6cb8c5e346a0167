"""What both services need and would be at home in any project."""
