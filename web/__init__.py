"""The site and the REST API, served over the appliance."""
