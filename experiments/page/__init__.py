"""The page: all outcomes in one document, to be read and explored in a browser."""
