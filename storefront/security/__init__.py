"""What protects pages, forms and programs: sessions, forged requests, headers, hosts, addresses."""
