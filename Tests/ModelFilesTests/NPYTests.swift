import Files
import Foundation
import ModelFiles
import TestSupport
import Testing

/// NumPy files. The bytes are those that numpy.save 2.3 writes.
@Suite struct NPYTests {
  private static func file(_ header: String, version: [UInt8] = [1, 0], _ data: [UInt8]) -> [UInt8] {
    let count = header.utf8.count
    let length = [UInt8(count & 255), UInt8(count >> 8)] + (version[0] == 1 ? [] : [0, 0])
    return [0x93] + Array("NUMPY".utf8) + version + length + Array(header.utf8) + data
  }

  private static func header(_ text: String) -> String {
    text + String(repeating: " ", count: 117 - text.utf8.count) + "\n"
  }

  private static let matrix = file(
    header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }"), rawBytes([Float(1.5), -2, 0.25, 3]))

  @Test func numpysFilesAreRead() throws {
    let folder = try TemporaryFolder()
    let matrix = try NPYFile(path: folder.write(Self.matrix, to: "matrix.npy"))
    #expect(matrix.shape == [2, 2] && matrix.rowCount == 2)
    #expect(try matrix.rows(0..<2) == [1.5, -2, 0.25, 3])
    #expect(try matrix.rows(1..<2) == [0.25, 3] && matrix.rows(1..<1) == [])
    let double = Self.file(
      Self.header("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }"), rawBytes([1.5, -2.0]))
    #expect(try NPYFile(path: folder.write(double, to: "double.npy")).rows(0..<1) == [1.5, -2])
    let second = Self.file(
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n", version: [2, 0], rawBytes([Float(1), 2]))
    let vector = try NPYFile(path: folder.write(second, to: "second.npy"))
    #expect(try vector.shape == [2] && vector.rowCount == 1 && vector.rows(0..<2) == [1, 2])
  }

  @Test func whatIsWrittenIsNumpys() throws {
    let folder = try TemporaryFolder()
    var writer = try NPYWriter(path: folder.file("written.npy"), shape: [2, 2])
    try writer.append([1.5, -2, 0.25])
    #expect(try folder.names() == [".written.npy.partial"])
    try writer.append([3])
    try writer.finish()
    #expect(try bytes(of: folder.file("written.npy")) == Self.matrix)
  }

  @Test func everyTruncationAndEveryBit() throws {
    let folder = try TemporaryFolder()
    func load(_ bytes: [UInt8]) throws {
      let file = try NPYFile(path: folder.write(bytes, to: "bad.npy"))
      _ = try file.rows(0..<file.shape[0])
    }
    try load(Self.matrix)
    for count in 0..<Self.matrix.count {
      #expect(throws: FileError.self, "\(count) bytes") { try load(Array(Self.matrix[..<count])) }
    }
    for bit in 0..<Self.matrix.count * 8 {
      var flipped = Self.matrix
      flipped[bit / 8] ^= 1 << (bit % 8)
      do { try load(flipped) } catch is FileError {}
    }
  }

  @Test(arguments: [
    ("{'descr': '>f4', 'fortran_order': False, 'shape': (1, 1), }", "'>f4'"),
    ("{'descr': '|O', 'fortran_order': False, 'shape': (1, 1), }", "'|O'"),
    ("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }", "Fortran"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", "single number"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }", "fits a file"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", "fits a file"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4611686018427387904, 4), }", "fits a file"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "'shape'"),
    ("{'descr': '<f4', 'shape': (1, 1), }", "'fortran_order'"),
  ])
  func whatCannotBeReadIsNamed(header: String, text: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Self.file(Self.header(header), rawBytes([Float(1)])), to: "bad.npy")
    #expect { try NPYFile(path: path) } throws: { "\($0)".contains(text) && "\($0)".contains("bad.npy") }
  }

  @Test func numbersThatAreNoneAreRefused() throws {
    let folder = try TemporaryFolder()
    for value in [Float.nan, .infinity, -.infinity] {
      let data = Self.file(
        Self.header("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }"), rawBytes([0, value]))
      let file = try NPYFile(path: folder.write(data, to: "bad.npy"))
      #expect { try file.rows(0..<2) } throws: { "\($0)".contains("row 1") }
    }
  }
}
