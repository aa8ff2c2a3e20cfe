"""How the house gets in elsewhere: HTTP calls that end, and access tokens that renew themselves."""
