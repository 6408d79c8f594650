"""The bars of the design, measured on synthetic England: `python -m benchmarks [names]`, or `portal.py bench`."""
