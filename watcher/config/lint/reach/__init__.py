"""Check where the addresses of a config lead: sites, receivers, places, proxies."""
