"""`hootsuite report`: one HTML page about publishing, from the marts of a data warehouse.

`warehouse` reads the marts, `data` packs them for the page, `page` renders it. The page itself
computes the figures (`static/report.js`), since its filters change them.
"""
