"""How long one paper takes against many rules, ours and the peers', in one run: ``python -m benchmarks.matching``."""
