"""What a rule's author may have overlooked."""
