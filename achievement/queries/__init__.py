"""What achievements show."""
