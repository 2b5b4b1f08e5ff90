import Events
import Foundation
import ImageIO

/// What TensorBoard shows of a run; on rank 0.
final class TrainingEvents {
  private let writer: EventWriter

  /// - Parameter step: of the checkpoint that the run goes on from, 0 for a new one.
  init(_ folder: RunFolder, continuingFrom step: Int, configuration: String) throws {
    writer = try EventWriter(
      folder: folder.path, host: ProcessInfo.processInfo.hostName, continuingFrom: step)
    let indented = configuration.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n")
    try writer.text("configuration", markdown: indented, step: step)
  }

  /// A line of `metrics.jsonl`, in groups.
  func append(_ record: MetricsRecord) throws {
    let values = record.numbers.filter { $0.key != "step" && $0.value.isFinite }
    try writer.scalars(values.map { ("\(Self.group($0.key))/\($0.key)", $0.value) }, step: record.status.step)
  }

  /// A grid of pictures.
  func append(_ name: String, _ picture: Picture, png: [UInt8], step: Int) throws {
    try writer.image(
      name, png: png, width: picture.width, height: picture.height, channels: picture.channels, step: step)
  }

  func synchronize() throws { try writer.synchronize() }

  private static func group(_ key: String) -> String {
    switch key {
    case let key where key.hasPrefix("loss") || key == "penalty": "losses"
    case let key where key.hasPrefix("accuracy") || key.hasPrefix("D"): "discriminator"
    case let key where key.contains("econds") || key.hasPrefix("images"): "speed"
    case "epoch": "run"
    default: "quality"
    }
  }
}
