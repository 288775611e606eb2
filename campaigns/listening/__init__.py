"""Listening: what people say in public about a deal, collected once and answered by the right team."""
