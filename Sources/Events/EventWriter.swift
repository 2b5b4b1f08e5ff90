import Files
import Foundation
import SwiftProtobuf

/// An event file, which TensorBoard shows while it grows: scalars, images and texts over the steps of a run.
///
/// Every call passes whole records to the operating system. Only one process of a run writes.
package final class EventWriter {
  package var path: String { file.path }
  private var file: RecordFile
  /// Seconds since 1970, never before the last record of an older file.
  private let clock: () -> Double
  /// Tags of scalars whose description has been written to this file.
  private var described: Set<String> = []

  /// A number and its tag. TensorBoard groups tags by the part before a slash.
  package struct Scalar {
    package let tag: String
    package let value: Double
    /// Shown as Markdown beside the curve.
    package let description: String

    package init(tag: String, value: Double, description: String) {
      self.tag = tag
      self.value = value
      self.description = description
    }
  }

  /// Creates a new file in `folder`, which must exist: `events.out.tfevents.<seconds>.<host>.<process>`.
  ///
  /// TensorBoard reads the files of a folder in the order of their names, and never one that comes before the file that it
  /// reads (backend/event_processing/directory_watcher.py). So the seconds are greater than those of any older file, even
  /// if this host's clock is behind.
  ///
  /// - Parameters:
  ///   - step: of the checkpoint that the run continues from. TensorBoard drops later steps of earlier files, and all
  ///     steps if it is 0.
  ///   - clock: seconds since 1970.
  package init(
    folder: String, host: String, continuingFrom step: Int, clock: @escaping () -> Double = EventWriter.now
  ) throws(FileError) {
    let plain = host.filter { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "." }
    let (now, older) = (clock(), OlderEventFiles(in: folder))
    var seconds = max(Int(now), older.greatestSeconds + 1)
    file = try Self.create(&seconds) {
      "\(folder)/\(OlderEventFiles.prefix)\($0).\(plain.isEmpty ? "localhost" : plain).\(getpid())"
    }
    let delay = max(0, max(Double(seconds), older.lastWritten) - now)
    self.clock = { clock() + delay }
    var start = Tensorboard_SessionLog()
    start.status = .start
    try append([
      event(0) { $0.fileVersion = "brain.Event:2" },
      // TensorBoard forgets the steps from this one on (EventAccumulator, _CheckForRestartAndMaybePurge).
      event(step == 0 ? 0 : step + 1) { $0.sessionLog = start },
    ])
  }

  /// Writes numbers at `step`. A tag's description is written with its first number in the file.
  package func scalars(_ scalars: [Scalar], step: Int) throws(FileError) {
    try summary(
      scalars.map { scalar in
        value(scalar.tag) {
          $0.simpleValue = Float(scalar.value)
          if !described.contains(scalar.tag) { $0.metadata = metadata(of: scalar) }
        }
      }, step)
    described.formUnion(scalars.map(\.tag))
  }

  /// TensorBoard keeps a description only if the metadata have plugin and data class too
  /// (tensorboard/data/server/data_compat.rs, `initial_metadata`).
  private func metadata(of scalar: Scalar) -> Tensorboard_SummaryMetadata {
    var metadata = Tensorboard_SummaryMetadata()
    metadata.pluginData.pluginName = "scalars"
    metadata.summaryDescription = scalar.description
    metadata.dataClass = .scalar
    return metadata
  }

  /// Writes an image at `step`.
  ///
  /// - Parameters:
  ///   - png: the bytes of a PNG file of `width` × `height` pixels.
  ///   - channels: 1 or 3.
  package func image(
    _ tag: String, png: [UInt8], width: Int, height: Int, channels: Int, step: Int
  ) throws(FileError) {
    precondition(channels == 1 || channels == 3, "grey or RGB")
    var image = Tensorboard_Summary.Image()
    (image.width, image.height, image.colorspace) = (Int32(width), Int32(height), Int32(channels))
    image.encodedImageString = Data(png)
    try summary([value(tag) { $0.image = image }], step)
  }

  /// Writes a text at `step`, shown as Markdown.
  package func text(_ tag: String, markdown: String, step: Int) throws(FileError) {
    var tensor = Tensorboard_TensorProto()
    tensor.dtype = .dtString
    tensor.tensorShape = Tensorboard_TensorShapeProto()
    tensor.stringVal = [Data(markdown.utf8)]
    var metadata = Tensorboard_SummaryMetadata()
    metadata.pluginData.pluginName = "text"
    metadata.dataClass = .tensor
    let text = value(tag) {
      $0.metadata = metadata
      $0.tensor = tensor
    }
    try summary([text], step)
  }

  /// Waits until everything written is on the disk. Called before a checkpoint at this step, and at the end.
  package func synchronize() throws(FileError) { try file.synchronize() }

  package static func now() -> Double { Date().timeIntervalSince1970 }

  /// Creates the file of `seconds`, which are raised if another process has taken that name meanwhile.
  private static func create(
    _ seconds: inout Int, _ path: (_ seconds: Int) -> String
  ) throws(FileError) -> RecordFile {
    for _ in 0..<100 {
      do throws(FileError) {
        return try RecordFile(creating: path(seconds))
      } catch {
        guard case .system(_, _, EEXIST) = error else { throw error }
      }
      seconds += 1
    }
    throw .system(operation: "create", path: path(seconds), code: EEXIST)
  }

  private func value(_ tag: String, _ fill: (inout Tensorboard_Summary.Value) -> Void) -> Tensorboard_Summary.Value {
    var value = Tensorboard_Summary.Value()
    value.tag = tag
    fill(&value)
    return value
  }

  private func summary(_ values: [Tensorboard_Summary.Value], _ step: Int) throws(FileError) {
    var summary = Tensorboard_Summary()
    summary.value = values
    try append([event(step) { $0.summary = summary }])
  }

  private func event(_ step: Int, _ fill: (inout Tensorboard_Event) -> Void) -> Tensorboard_Event {
    var event = Tensorboard_Event()
    event.wallTime = clock()
    event.step = Int64(step)
    fill(&event)
    return event
  }

  private func append(_ events: [Tensorboard_Event]) throws(FileError) {
    // Serializing fails only if a required field is missing, and proto3 has none.
    try file.append(events.map { try! $0.serializedBytes() })
  }
}
