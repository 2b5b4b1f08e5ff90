import Foundation
import ImageIO
import Testing

/// The small files committed beside these tests, and the larger ones that need not be there.
enum Fixture {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures").path

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/\(name)")))
  }

  /// A binary PGM or PPM image.
  static func image(_ name: String) throws -> Image {
    let bytes = try bytes(name)
    let header = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 3, omittingEmptySubsequences: false)
    let size = String(decoding: header[1], as: UTF8.self).split(separator: " ").map { Int($0)! }
    return Image(
      width: size[0], height: size[1], channels: bytes[1] == UInt8(ascii: "6") ? 3 : 1, pixels: Array(header[3]))
  }

  /// A folder of DISTTRAIN_TEST_DATA, for tests with the trait `.data`.
  static func data(_ name: String) throws -> String { try #require(folder(name)) }

  fileprivate static func folder(_ name: String) -> String? {
    let root = ProcessInfo.processInfo.environment["DISTTRAIN_TEST_DATA"]
    return root.map { "\($0)/\(name)" }.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
  }
}

extension Trait where Self == ConditionTrait {
  /// The test needs real images that are not committed.
  static func data(_ name: String) -> Self {
    .enabled(if: Fixture.folder(name) != nil, "DISTTRAIN_TEST_DATA names no folder that has \(name)")
  }
}

/// FNV-1a, 64 bits: the checksum of the committed expectations.
func checksum(_ bytes: [UInt8]) -> UInt64 {
  bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}

/// Stands in for SHA-256.
@Sendable func testHash(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
  let sum = checksum([UInt8](bytes))
  return (0..<32).map { UInt8(truncatingIfNeeded: sum >> (8 * UInt64($0 % 8))) ^ UInt8($0) }
}

/// The error of decoding `bytes`, or nil where they decode.
func errorOfDecoding(_ bytes: [UInt8], channels: Int = 3) -> ImageError? {
  do throws(ImageError) {
    _ = try Decoder.image(in: bytes, channels: channels, path: "image")
    return nil
  } catch {
    return error
  }
}

/// The reason a damaged file was refused for.
func reasonOfRefusing(_ bytes: [UInt8]) -> String? {
  if case .damaged(_, _, let reason) = errorOfDecoding(bytes) { reason } else { nil }
}
