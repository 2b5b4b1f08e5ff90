import Configuration
import Foundation

/// The shortest configuration there is.
let shortestYAML = "data: {source: synthetic}\ntrain: {steps: 1}\n"

func configuration(_ yaml: String, _ overrides: [String] = []) throws -> Configuration {
  try Configuration(yaml: yaml, file: "run.yaml", folder: "/images", overrides: overrides)
}

/// What a user reads about `yaml`; empty where it is accepted.
func message(_ yaml: String, _ overrides: [String] = []) -> String {
  do {
    _ = try configuration(yaml, overrides)
    return ""
  } catch {
    return "\(error)"
  }
}

func fixturePath(_ name: String) -> String {
  URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name)").path
}

func recipePath(_ name: String) -> String {
  URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../configs/\(name)").standardized.path
}
