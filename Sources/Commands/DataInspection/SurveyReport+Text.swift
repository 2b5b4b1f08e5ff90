import DatasetFetch
import Files
import Foundation
import Reporting

extension SurveyReport {
  /// The largest number of sizes and copies in the text; `--json` has all.
  private static let mostListed = 5

  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }

  /// The report as text.
  var lines: [String] {
    var lines = ["\(source): \(quantity(images, "image")), \(Download.spoken(bytes: bytes))"]
    lines += Self.listed(formats) { $0 }
    if let sizes {
      lines.append(
        "sizes: smallest \(sizes.smallest.text), median \(sizes.median.text), largest \(sizes.largest.text)")
      lines += Self.listed(sizes.all.prefix(Self.mostListed)) { $0.text }
      if sizes.all.count > Self.mostListed {
        lines.append("  and \(quantity(sizes.all.count - Self.mostListed, "other size"))")
      }
    }
    if turned > 0 {
      lines.append(
        "\(quantity(turned, "image")) with an EXIF orientation, "
          + (reading.orientation == .exif ? "turned as viewers show them" : "read as stored"))
    }
    if transparent > 0 {
      lines.append(
        "\(quantity(transparent, "image")) with transparency, "
          + (reading.background == .ignore ? "whose hidden colours show" : "composited over \(background)"))
    }
    if let coloursSentence { lines.append(coloursSentence) }
    if !copies.isEmpty {
      lines.append("\(quantity(copies.count, "image")) with the same content as another:")
      lines += copies.prefix(Self.mostListed).map { "  \($0.name) is \($0.sameAs)" }
      if copies.count > Self.mostListed { lines.append("  and \(copies.count - Self.mostListed) more") }
    }
    if !otherFiles.isEmpty {
      let kinds = otherFiles.map { "\($0.count) \($0.value.isEmpty ? "without extension" : ".\($0.value)")" }
      lines.append("other files, which are not read: \(kinds.joined(separator: ", "))")
    }
    if let training { lines += Self.lines(training, of: images) }
    lines += notes.map { "note: \($0)" }
    if unreadable.isEmpty {
      lines.append("every image can be read")
    } else {
      lines.append("\(quantity(unreadable.count, "image")) cannot be read:")
      lines += unreadable.map { "  \($0.reason)" }
    }
    return lines
  }

  private var background: String {
    reading.background == .file ? "the file's background or white" : "\(reading.background)"
  }

  private static func lines(_ training: Training, of images: Int) -> [String] {
    let colours = training.channels == 1 ? "grey" : "colour"
    let size = "\(training.size)×\(training.size)"
    var lines = ["training scales them to \(size) in \(colours), resize: \(training.resize)"]
    if training.scaledUp > 0 {
      lines.append(
        "warning: \(training.scaledUp) of \(images) \(training.scaledUp == 1 ? "is" : "are") smaller and would be "
          + "blurred: lower data.image.size, or take larger images")
    }
    return lines
  }

  private static func listed<Value: Encodable & Sendable>(
    _ counts: some Collection<Count<Value>>, _ text: (Value) -> String
  ) -> [String] {
    let width = counts.map { "\($0.count)".count }.max() ?? 0
    return counts.map { entry in
      let number = "\(entry.count)"
      return "  \(String(repeating: " ", count: width - number.count))\(number)  \(text(entry.value))"
    }
  }
}

extension ImageSurvey.Size {
  fileprivate var text: String { "\(width)×\(height)" }
}
