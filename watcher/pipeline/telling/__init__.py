"""Make alerts and deliveries of what is due; read what deliveries say; preview them."""
