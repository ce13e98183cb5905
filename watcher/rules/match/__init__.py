"""One rule and one paper: does it match, and why?"""
