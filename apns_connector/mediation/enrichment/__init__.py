"""What ``<enrich>`` takes and where it puts it: as XML, as JSON, and as it is written."""
