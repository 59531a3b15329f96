"""Documents of money: numbered, unchangeable, each for one cause."""
