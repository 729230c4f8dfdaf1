"""What the API accepts, and how it refuses."""
