"""The JSON API below `/api/v1`: what programs may do, with the same operations the pages use."""
