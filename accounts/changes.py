"""What this app says has happened."""
