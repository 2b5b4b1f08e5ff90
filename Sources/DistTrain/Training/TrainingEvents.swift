import Events
import Foundation
import ImageIO

/// The event file of a run for TensorBoard; on rank 0.
package final class TrainingEvents {
  private let writer: EventWriter

  /// - Parameter step: of the checkpoint that the run continues, 0 for a new run.
  package init(_ folder: RunFolder, continuingFrom step: Int, configuration: String) throws {
    writer = try EventWriter(
      folder: folder.path, host: ProcessInfo.processInfo.hostName, continuingFrom: step)
    let indented = configuration.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n")
    try writer.text("configuration", markdown: indented, step: step)
  }

  /// The finite numbers of a line of `metrics.jsonl`, in groups.
  package func append(_ measured: StepMeasurements) throws {
    let scalars = Metric.allCases.compactMap { metric -> EventWriter.Scalar? in
      guard let tag = metric.tag, let value = measured[metric], value.isFinite else { return nil }
      return EventWriter.Scalar(tag: tag, value: value, description: metric.declaration.summary)
    }
    try writer.scalars(scalars, step: measured.step)
  }

  /// A grid of images.
  func append(_ name: String, _ image: Image, png: [UInt8], step: Int) throws {
    try writer.image(
      name, png: png, width: image.width, height: image.height, channels: image.channels, step: step)
  }

  func synchronize() throws { try writer.synchronize() }
}

extension Metric {
  /// TensorBoard's name for it; nil for the step, which is the horizontal axis, and for metrics of more than one
  /// number.
  package var tag: String? {
    if case .overRanks = declaration.value { return nil }
    return self == .step ? nil : "\(declaration.group)/\(rawValue)"
  }
}
