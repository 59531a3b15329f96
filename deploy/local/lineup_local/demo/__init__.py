"""A demo partner: channels with a guide around now, products, shops, customers, and a
reseller.
"""
