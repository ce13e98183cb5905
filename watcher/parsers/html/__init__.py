"""Any page of HTML, by CSS selectors."""
