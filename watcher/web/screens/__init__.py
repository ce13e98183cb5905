"""The pages, one file each; every function here takes a request and returns an answer."""
