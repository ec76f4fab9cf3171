"""`hootsuite report`: one HTML page about publishing, from the marts of a warehouse.

`warehouse` reads the marts, `data` packs them for the page, `page` renders it. Figures are computed
in the page (`static/report.js`), since its filters change them.
"""
