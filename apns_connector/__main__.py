"""``python -m apns_connector``: the same as ``apns-connector``."""

from apns_connector.cli import main

if __name__ == "__main__":
    main()
