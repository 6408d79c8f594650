"""Invented people and places (sea areas), and what has happened to them by 11 December 2021."""
