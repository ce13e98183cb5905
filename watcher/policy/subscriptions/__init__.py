"""Compare subscriptions of the config with stored ones, and say what a change did to stored papers."""
