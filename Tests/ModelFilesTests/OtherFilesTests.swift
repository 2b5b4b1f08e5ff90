import Files
import Foundation
import ModelFiles
import TestSupport
import Testing

/// Files of another kind, and files of the right kind from other programs.
struct OtherFilesTests {
  private static let page = Array("<!DOCTYPE html>\n<html></html>\n".utf8)
  private static let pointer = Array("version https://git-lfs.github.com/spec/v1\n".utf8)
  private static let pth: [UInt8] =
    [0x50, 0x4B, 3, 4] + [UInt8](repeating: 0, count: 22) + [16, 0, 0, 0] + Array("archive/data.pkl".utf8)
  private static let safetensors = [48, 0, 0, 0, 0, 0, 0, 0] + Array("{\"a\":{".utf8)
  private static let onnx: [UInt8] = [8, 7, 0x12, 7] + Array("pytorch".utf8)
  private static let npy: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]

  private struct Reader {
    let expected: String
    /// The beginning of a file that it reads.
    let own: [UInt8]
    let read: (String) throws(FileError) -> Void
  }

  private static func message(_ bytes: [UInt8], _ read: (String) throws(FileError) -> Void) throws -> String {
    let folder = try TemporaryFolder()
    let path = try folder.write(bytes)
    let error = #expect(throws: FileError.self) { try read(path) }
    let description = try #require(error).description
    #expect(description.hasPrefix("\(path): "))
    return String(description.dropFirst(path.count + 2))
  }

  @Test func readersSayWhatAFileIs() throws {
    let readers: [Reader] = [
      Reader(expected: "a safetensors file", own: Self.safetensors) { path throws(FileError) in
        _ = try SafetensorsFile(path: path)
      },
      Reader(expected: "an ONNX network", own: Self.onnx) { path throws(FileError) in _ = try ONNXModel(path: path) },
      Reader(expected: "an array of NumPy's, written by numpy.save", own: Self.npy) { path throws(FileError) in
        _ = try NPYFile(path: path)
      },
    ]
    for reader in readers {
      let (expected, own, read) = (reader.expected, reader.own, reader.read)
      #expect(
        try Self.message(Self.page, read)
          == "found an HTML page, expected \(expected). A download that failed may leave such a page: fetch the file again."
      )
      #expect(
        try Self.message(Self.pointer, read)
          == "found a Git LFS pointer, not the file itself, expected \(expected). Fetch the file itself: git lfs pull.")
      let pytorch = try Self.message(Self.pth, read)
      #expect(
        pytorch.hasPrefix("found a PyTorch file (a zip archive with data.pkl), expected \(expected). In PyTorch, "))
      #expect(pytorch.contains("torch.onnx.export"))
      #expect(
        try Self.message(Array("no model".utf8), read)
          == "found text that begins with \"no model\", expected \(expected). Check that this is the file you meant.")
      for other in [Self.safetensors, Self.onnx, Self.npy] {
        // Files of the right kind are only cut short.
        #expect(try Self.message(other, read).hasPrefix(other == own ? "damaged" : "found a"), "\(expected)")
      }
    }
  }

  /// Every element type of the format is understood, though only F32 is used.
  @Test func otherProgramsTypesAreNotDamage() throws {
    let folder = try TemporaryFolder()
    let types = ElementType.allCases
    var (parts, end): ([String], Int) = ([], 0)
    for type in types {
      parts.append(
        "\"\(type.rawValue)\":{\"dtype\":\"\(type.rawValue)\",\"shape\":[3],\"data_offsets\":[\(end),\(end + 3 * type.size)]}"
      )
      end += 3 * type.size
    }
    let header = Array("{\(parts.joined(separator: ","))}".utf8)
    let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) }
    let path = try folder.write(length + header + [UInt8](repeating: 0, count: end))
    let file = try SafetensorsFile(path: path)
    #expect(file.entries.map(\.type) == types && file.entries.allSatisfy { $0.count == 3 })
    // The bytes that the format's reference implementation gives each.
    let sizes = ["BOOL": 1, "F8_E4M3": 1, "F8_E5M2": 1, "BF16": 2, "F16": 2, "F64": 8, "I16": 2, "U16": 2, "U32": 4]
    for (name, size) in sizes { #expect(file.entry(name)?.range.count == 3 * size) }
    #expect(throws: FileError.unsuitable(path: path, found: "tensor BF16 of type BF16", expected: "F32")) {
      try file.floats("BF16")
    }
  }
}
