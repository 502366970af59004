"""Tables in and out: locations, products, cargo companies, stock and orders as CSV and XLSX files."""
