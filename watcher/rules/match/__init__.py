"""Match one rule with one paper, and say why it matches or not."""
