import Foundation
import ImageIO
import Reporting

/// The results of `disttrain data inspect`; `--json` prints them under these names.
struct SurveyReport: Encodable {
  struct Count<Value: Encodable & Sendable>: Encodable {
    let count: Int
    let value: Value
  }

  struct Sizes: Encodable {
    /// By their number of pixels.
    let smallest: ImageSurvey.Size
    let median: ImageSurvey.Size
    let largest: ImageSurvey.Size
    /// The number of images of each size, the most frequent first.
    let all: [Count<ImageSurvey.Size>]
  }

  /// The effect of the configuration's transform.
  struct Training: Encodable {
    let size: Int
    let channels: Int
    let resize: String
    /// The number of images with fewer pixels than that, which are enlarged and therefore blurred.
    let scaledUp: Int
  }

  let source: String
  let images: Int
  let bytes: Int
  /// Format, colours and depth in words.
  let formats: [Count<String>]
  /// Of the images as the reading turns them.
  let sizes: Sizes?
  /// The number of images with an EXIF orientation other than 1.
  let turned: Int
  /// The number of images with a pixel that is not opaque.
  let transparent: Int
  /// The number of images with each kind of colours other than sRGB's.
  let colourProfiles: [Count<String>]
  let copies: [ImageSurvey.Copy]
  let unreadable: [ImageSurvey.Unreadable]
  /// Files with other extensions, which training ignores.
  let otherFiles: [Count<String>]
  let notes: [String]
  let training: Training?
  /// What is done about `turned` and `transparent`.
  let reading: ImageReading
  /// A sentence about `colourProfiles`; nil if there are none.
  let coloursSentence: String?

  private enum CodingKeys: String, CodingKey {
    case source
    case images = "pictures"
    case bytes, formats, sizes, turned, transparent, colourProfiles, copies, unreadable, otherFiles, notes, training
  }

  init(
    _ survey: ImageSurvey, source: String, otherFiles: [String: Int], notes: [String], transform: Transform?
  ) {
    self.source = source
    images = survey.images.count
    bytes = survey.images.reduce(0) { $0 + $1.bytes }
    formats = Self.counted(survey.images.map(\.kind)) { $0 < $1 }
    sizes = Self.sizes(survey.images.map(\.size))
    turned = survey.images.filter { $0.traits.contains(.turned) }.count
    transparent = survey.images.filter { $0.traits.contains(.transparent) }.count
    let colours = survey.images.compactMap { $0.traits.colours }
    colourProfiles = Self.counted(colours.map(\.name)) { $0 < $1 }
    coloursSentence = ForeignColours.sentence(colours.reduce(into: [:]) { $0[$1, default: 0] += 1 })
    reading = transform?.reading ?? .asShown
    (copies, unreadable) = (survey.copies, survey.unreadable)
    self.otherFiles = Self.sorted(otherFiles) { $0 < $1 }
    self.notes = notes
    training = transform.map { transform in
      Training(
        size: transform.width, channels: transform.channels, resize: transform.fit.rawValue,
        scaledUp: survey.images.filter { transform.scalesUp(width: $0.size.width, height: $0.size.height) }.count)
    }
  }

  private static func sizes(_ sizes: [ImageSurvey.Size]) -> Sizes? {
    func isSmaller(_ a: ImageSurvey.Size, _ b: ImageSurvey.Size) -> Bool {
      (a.width * a.height, a.width) < (b.width * b.height, b.width)
    }
    let sorted = sizes.sorted(by: isSmaller)
    guard let smallest = sorted.first, let largest = sorted.last else { return nil }
    return Sizes(
      smallest: smallest, median: sorted[sorted.count / 2], largest: largest, all: counted(sizes, isSmaller))
  }

  private static func counted<Value: Hashable & Encodable & Sendable>(
    _ values: [Value], _ isBefore: (Value, Value) -> Bool
  ) -> [Count<Value>] {
    sorted(values.reduce(into: [:]) { $0[$1, default: 0] += 1 }, isBefore)
  }

  /// The most frequent first; equal counts by `isBefore`.
  private static func sorted<Value: Hashable & Encodable & Sendable>(
    _ counts: [Value: Int], _ isBefore: (Value, Value) -> Bool
  ) -> [Count<Value>] {
    counts.map { Count(count: $0.value, value: $0.key) }
      .sorted { $0.count == $1.count ? isBefore($0.value, $1.value) : $0.count > $1.count }
  }
}
