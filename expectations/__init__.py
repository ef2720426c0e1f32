"""The release gate: expectation suites as JSON, and the program that checks them."""
