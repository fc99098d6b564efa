"""For tests: conformance suites, factories and counters. Shipped, so that an extension can test itself with them."""
