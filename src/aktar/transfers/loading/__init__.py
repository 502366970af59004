"""Moving in: taking transfer orders, with all that they embed, from what another installation's API gave."""
