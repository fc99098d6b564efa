"""What ``opensky doctor`` looks at, a file for each part of an installation. Nothing is changed by looking."""
