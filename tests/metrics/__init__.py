"""What Prometheus reads, and what is made of it: numbers, dashboard, alerts."""
