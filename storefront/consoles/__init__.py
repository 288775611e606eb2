"""What those who sell, serve and run the platform see: merchant console, desk, operator pages."""
