"""The API as one: who may come in, how fast, in what pages, and how it says no."""
