"""What people and programs see: pages, the JSON API, webhooks, live updates and the command line."""
