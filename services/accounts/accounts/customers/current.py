"""A customer as it is, locked, for those who change it by what they saw of it."""

from accounts.customers.models import Customer
from accounts.customers.operations import get_customer
from lineup.contracts.accounts.customers import GetCustomer
from lineup.database import locked

CURRENT_CUSTOMER = locked(Customer, get_customer, GetCustomer)
