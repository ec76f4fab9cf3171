"""Singer tap for spreadsheets: reads a plan of posts (XLSX, ODS, CSV, Google) into `messages`."""
