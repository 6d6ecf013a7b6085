"""Version 9: what an API key may do, who answers for it, and the secret that it replaced."""

SQL = """
ALTER TABLE api_key ADD COLUMN owner TEXT;
ALTER TABLE api_key ADD COLUMN scopes TEXT;
ALTER TABLE api_key ADD COLUMN processes TEXT;
ALTER TABLE api_key ADD COLUMN previous_prefix TEXT;
ALTER TABLE api_key ADD COLUMN previous_hash BLOB;
ALTER TABLE api_key ADD COLUMN previous_until INTEGER;
"""
