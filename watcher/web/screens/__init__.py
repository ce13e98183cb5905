"""The pages, one file for each. A function ``…_screen`` takes a request and returns the answer."""
