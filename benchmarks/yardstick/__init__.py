"""The yardstick: transfer orders, and a command on one, as idiomatic Django REST framework does it.

ModelSerializers, `select_related` for to-one and `prefetch_related` for to-many relations, page numbers with
an exact count, and the product's own authentication, permission and throttle. The run checks that its answer
is equal to the product's, value by value.
"""
