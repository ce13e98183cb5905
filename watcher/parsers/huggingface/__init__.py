"""Read Hugging Face's daily, weekly and monthly papers, trending and search, as pages or answers of its API."""
