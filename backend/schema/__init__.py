"""The words of the API: types, inputs and payloads. What they hold comes from rows; what they may, from the policy."""
