"""What is due becomes alerts, then deliveries; what they say, and a preview of them."""
