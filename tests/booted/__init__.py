"""The hardened unit in a machine that really boots: ``python -m tests.booted``, as root, outside of CI."""
