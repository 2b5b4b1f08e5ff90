import Foundation

/// The pieces of a line, each of constant width, so that lines form columns.
extension StepMeasurements {
  var losses: String { "D \(loss(.lossD))  G \(loss(.lossG))" }

  var ofReal: String { "D(x) \(probability(.probabilityReal))" }

  var ofFake: String { "D(G(z)) \(probability(.probabilityFake))/\(probability(.probabilityFakeAfter))" }

  var speed: String {
    let speed = self[.imagesPerSecond] ?? .nan
    return speed.isFinite ? String(format: speed < 1000 ? "%5.1f images/s" : "%5.0f images/s", speed) : "    - images/s"
  }

  private func loss(_ metric: Metric) -> String {
    let value = self[metric] ?? .nan
    return switch abs(value) {
    case ..<100: String(format: "%6.3f", value)
    case ..<10_000: String(format: "%6.1f", value)
    default: String(format: "%6.0e", value)  // also nan and inf
    }
  }

  private func probability(_ metric: Metric) -> String { String(format: "%4.2f", self[metric] ?? .nan) }
}
