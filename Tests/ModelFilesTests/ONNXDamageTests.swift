import Files
import Foundation
import ModelFiles
import TestSupport
import Testing

/// No damaged or hostile ONNX file crashes the reader, or makes it allocate far more memory than the size of the file.
@Suite struct ONNXDamageTests {
  private static func load(_ bytes: [UInt8]) throws(FileError) {
    _ = try ONNXModel(bytes: bytes, path: "bad.onnx")
  }

  private static let tensor = ONNXMessage.tensor("b", type: 1, shape: [2]).data(9, rawBytes([Float(1), 2]))

  @Test func everyTruncationAndEveryBit() throws {
    let good = ONNXMessage.file(Self.tensor)
    try Self.load(good)
    for count in 0..<good.count {
      #expect(throws: FileError.self, "\(count) bytes") { try Self.load(Array(good[..<count])) }
    }
    for bit in 0..<good.count * 8 {
      var flipped = good
      flipped[bit / 8] ^= 1 << (bit % 8)
      _ = try? Self.load(flipped)
    }
  }

  @Test(arguments: [
    ("no graph", [UInt8]()), ("an image", Array("\u{89}PNG\r\n".utf8)), ("zeros", [UInt8](repeating: 0, count: 100)),
    ("a varint without end", [UInt8](repeating: 255, count: 100)),
    ("a length beyond the end", [0x3A, 0xFF, 0xFF, 0xFF, 0x7F]), ("a group", [0x0B, 0x0C]),
  ])
  func whatIsNoONNXIsDamaged(what: String, bytes: [UInt8]) {
    #expect { try Self.load(bytes) } throws: { error in
      if case .damaged(let path, _, _)? = error as? FileError { path == "bad.onnx" } else { false }
    }
  }

  @Test(arguments: [
    (shape: [-1], count: 0), ([1 << 40, 1 << 40], 0), ([Int.max], 0), ([3], 2), ([1], 2), ([0], 1),
    ([Int](repeating: 1, count: 9), 1), ([1 << 40], 0), ([Int.min, 0], 0), ([0, 1 << 40, 1 << 40], 0),
  ])
  func shapesThatAreNotTheData(shape: [Int], count: Int) {
    let header = ONNXMessage.tensor("b", type: 1, shape: shape)
    let data = rawBytes([Float](repeating: 1, count: count))
    for message in [header.data(9, data), header.data(4, data)] {
      #expect { try Self.load(ONNXMessage.file(message)) } throws: { "\($0)".contains("tensor \"b\"") }
    }
  }

  @Test func otherTypesAndVersionsAreNamed() {
    func message(_ bytes: [UInt8]) -> String {
      do { try Self.load(bytes) } catch { return "\(error)" }
      return ""
    }
    let half = ONNXMessage.tensor("b", type: 10, shape: [1]).data(9, [0, 0])
    #expect(message(ONNXMessage.file(half)).contains("tensor \"b\" of ONNX's data type 10"))
    for opset in [8, 21, 0, -1, Int.max] {
      #expect(message(ONNXMessage.file(Self.tensor, opset: opset)).contains("opset 9 to 20"))
    }
    let twice = ONNXMessage().message(1, ONNXMessage.node("Add", ["a", "b"], ["c"])).message(5, Self.tensor)
      .message(5, Self.tensor)
    let file = ONNXMessage().message(7, twice).message(8, ONNXMessage().number(2, 13)).bytes
    #expect(message(file).contains("two tensors \"b\""))
  }

  /// Empty messages: two bytes each in the file, a hundred in memory.
  @Test func emptyMessagesAreCountedFirst() {
    let many = [UInt8](repeating: 0, count: 3 << 20)
    let places: [[UInt64]] = [[7, 1], [7, 5], [7, 11], [7, 1, 5], [7, 11, 2, 1, 2, 1], [14]]
    for path in places {
      // The innermost field many times, without content.
      var bytes = (0..<many.count / 2).flatMap { _ in [UInt8(path.last! << 3 | 2), 0] }
      for field in path.dropLast().reversed() { bytes = ONNXMessage().data(field, bytes).bytes }
      #expect { try Self.load(bytes) } throws: { "\($0)".contains("over 1048576 fields") }
    }
  }

  @Test func foldersAndPipesAreRefused() throws {
    let folder = try TemporaryFolder()
    #expect(throws: FileError.self) { try ONNXModel(path: folder.path) }
    #expect(throws: FileError.self) { try ONNXModel(path: folder.file("absent.onnx")) }
    mkfifo(folder.file("pipe.onnx"), 0o600)
    #expect(throws: FileError.self) { try ONNXModel(path: folder.file("pipe.onnx")) }
  }
}
