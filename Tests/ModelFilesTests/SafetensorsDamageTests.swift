import Files
import Foundation
import ModelFiles
import TestSupport
import Testing

/// No damaged file is accepted, and none crashes the reader.
struct SafetensorsDamageTests {
  private static let tensors = [
    NamedTensor(name: "generator.0.weight", shape: [2, 3], values: [1, 2, 3, 4, 5, 6]),
    NamedTensor(name: "generator.1.weight", shape: [2], values: [7, 8]),
  ]

  private static func goodFile() throws -> [UInt8] {
    let folder = try TemporaryFolder()
    try SafetensorsWriter.write(tensors, metadata: ["step": "3"], to: folder.file("good"))
    return try bytes(of: folder.file("good"))
  }

  private static func load(_ bytes: [UInt8], _ verification: SafetensorsFile.Verification, _ folder: TemporaryFolder)
    throws
  {
    let file = try SafetensorsFile(path: folder.write(bytes), verification: verification)
    for entry in file.entries { _ = try file.bytes(entry.name) }
    _ = try SafetensorsSummary(file).description
  }

  @Test func everyTruncation() throws {
    let good = try Self.goodFile()
    let folder = try TemporaryFolder()
    try Self.load(good, .none, folder)
    for count in 0..<good.count {
      #expect(throws: FileError.self) { try Self.load(Array(good[..<count]), .none, folder) }
    }
  }

  @Test func everyBitFlipped() throws {
    let good = try Self.goodFile()
    let folder = try TemporaryFolder()
    for bit in 0..<good.count * 8 {
      var flipped = good
      flipped[bit / 8] ^= 1 << (bit % 8)
      #expect(throws: FileError.self, "bit \(bit)") { try Self.load(flipped, .required, folder) }
      // Without the hash a flipped bit may be accepted, but must not crash the reader.
      do { try Self.load(flipped, .none, folder) } catch is FileError {}
    }
  }

  @Test func manyBitsFlipped() throws {
    let good = [UInt8](try Data(contentsOf: URL(filePath: fixture("python.safetensors"))))
    let folder = try TemporaryFolder()
    var random = SeededRandom("many bits flipped")
    for _ in 0..<1000 {
      var flipped = good
      for _ in 0..<Int.random(in: 1...40, using: &random) {
        flipped[Int.random(in: 0..<good.count, using: &random)] ^= 1 << Int.random(in: 0..<8, using: &random)
      }
      do { try Self.load(flipped, .none, folder) } catch is FileError {}
    }
  }

  @Test func trailingBytes() throws {
    let folder = try TemporaryFolder()
    let longer = try Self.goodFile() + [0]
    #expect(throws: FileError.self) { try Self.load(longer, .none, folder) }
  }

  @Test(arguments: [UInt64.max, 1 << 63, 100_000_001, 1 << 20])
  func absurdHeaderLength(length: UInt64) throws {
    let folder = try TemporaryFolder()
    let start = withUnsafeBytes(of: length.littleEndian) { Array($0) }
    #expect(throws: FileError.self) { try Self.load(start + Array("{}".utf8), .none, folder) }
  }

  /// Header, bytes of data, expected part of the message.
  static let headers: [(String, Int, String)] = [
    ("", 0, "begins with {"),
    (" {}", 0, "begins with {"),
    ("{}", 4, "4 bytes behind the header"),
    ("{", 0, "the header's end"),
    ("[]", 0, "begins with {"),
    ("{}x", 0, "\"x\""),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},}"#, 4, "\"}\""),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#, 4, "the header's end"),
    (#"{"a":{"dtype":"F7","shape":[1],"data_offsets":[0,8]}}"#, 8, "type \"F7\""),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, 4, "8 bytes"),
    (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, 4, "a whole number"),
    (#"{"a":{"dtype":"F32","shape":[01],"data_offsets":[0,4]}}"#, 4, "a whole number"),
    (#"{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}"#, 4, "\".\""),
    (#"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}"#, 4, "2^63"),
    (#"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#, 0, "fits memory"),
    (#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#, 0, "fits memory"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, 4, "4..<0"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, 4, "two data_offsets"),
    (#"{"a":{"dtype":"F32","shape":[1]}}"#, 4, "without all"),
    (#"{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 4, "each once"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"extra":1}}"#, 4, "\"extra\""),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, 8, "gap"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, 8, "the 4 bytes"),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
      4, "overlap"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      8, "\"a\" twice"
    ),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\u0061":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}"#,
      4, "\"a\" twice"
    ),
    (#"{"__metadata__":{"k":"1","k":"2"}}"#, 0, "\"k\" twice"),
    (#"{"__metadata__":{"k":1}}"#, 0, "\"1\""),
    (#"{"__metadata__":{},"__metadata__":{}}"#, 0, "twice"),
    (#"{"__metadata__":{"k":{}}}"#, 0, "\"{\""),
    (#"{"__metadata__":{"k":"\x"}}"#, 0, "escape"),
    (#"{"__metadata__":{"k":"\ud800"}}"#, 0, "escape"),
    (#"{"__metadata__":{"k":"\u12g4"}}"#, 0, "hexadecimal"),
    ("{\"__metadata__\":{\"k\":\"\n\"}}", 0, "control character"),
    (String(repeating: "{\"a\":", count: 100_000), 0, "\"a\""),
    (String(repeating: "[", count: 100_000), 0, "begins with {"),
  ]

  @Test(arguments: headers)
  func badHeader(header: String, dataCount: Int, message: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.file(Array(header.utf8), dataCount))
    let error = #expect(throws: FileError.self) { try SafetensorsFile(path: path) }
    let description = try #require(error).description
    #expect(description.hasPrefix(path) && description.contains(message), "\(description)")
  }

  @Test func headerThatIsNotUTF8() throws {
    let folder = try TemporaryFolder()
    let header = Array("{\"__metadata__\":{\"k\":\"".utf8) + [0xFF, 0xC0] + Array("\"}}".utf8)
    let path = try folder.write(Self.file(header, 0))
    let error = #expect(throws: FileError.self) { try SafetensorsFile(path: path) }
    #expect(try #require(error).description.contains("not UTF-8"))
  }

  @Test func fileWithoutHashIsRefusedWhereOneIsRequired() throws {
    let path = fixture("python.safetensors")
    let error = #expect(throws: FileError.self) { try SafetensorsFile(path: path, verification: .required) }
    #expect(try #require(error).description.contains("no SHA-256"))
  }

  private static func file(_ header: [UInt8], _ dataCount: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header
      + [UInt8](repeating: 0, count: dataCount)
  }
}
