"""What reports list: always only what somebody may see."""
