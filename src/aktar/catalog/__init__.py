"""Floor 3: what is moved: products, their images, price and stock lists."""
