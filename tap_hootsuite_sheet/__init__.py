"""Spreadsheet rows as Singer records: a plan of posts in, the stream `messages` out."""
