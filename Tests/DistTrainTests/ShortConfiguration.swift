import Configuration

/// As a user's file says it, with overrides.
func configuration(_ yaml: String, _ overrides: [String] = []) throws -> Configuration {
  try Configuration(yaml: yaml, file: "run.yaml", overrides: overrides)
}
