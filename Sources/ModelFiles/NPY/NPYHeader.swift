/// The header of a NumPy file: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
struct NPYHeader {
  enum ElementType: String, CaseIterable {
    case float32 = "<f4"
    case float64 = "<f8"

    var size: Int { self == .float32 ? 4 : 8 }
  }

  let type: ElementType
  let shape: [Int]

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  /// The most bytes of a header that is read.
  static let longest = 1 << 16

  /// All bytes before the data; their number is a multiple of 64.
  static func bytes(shape: [Int]) -> [UInt8] {
    let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var text = "{'descr': '\(ElementType.float32.rawValue)', 'fortran_order': False, 'shape': (\(sizes)), }"
    let start = magic.count + 4
    text += String(repeating: " ", count: 63 - (start + text.utf8.count) % 64) + "\n"
    let length = text.utf8.count
    return magic + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + Array(text.utf8)
  }

  /// Why a header is refused.
  struct Problem: Error {
    let found: String
    let expected: String
  }

  /// - Parameter text: the dictionary, in Python's syntax.
  init(_ text: String) throws(Problem) {
    let whole = "one with 'descr', 'fortran_order' and 'shape'"
    let shown = "the header \(text.prefix(200).debugDescription)"
    func value(_ key: String, _ pattern: Regex<(Substring, Substring)>) throws(Problem) -> String {
      guard let match = text.firstMatch(of: pattern) else { throw Problem(found: shown, expected: whole) }
      return String(match.1)
    }
    let described = try value("descr", #/'descr'\s*:\s*'([^']*)'/#)
    guard let type = ElementType(rawValue: described) else {
      throw Problem(
        found: "numbers of type '\(described)'",
        expected: "'<f4' or '<f8': save array.astype(numpy.float32)")
    }
    guard try value("fortran_order", #/'fortran_order'\s*:\s*(True|False)/#) == "False" else {
      throw Problem(found: "an array in Fortran's order", expected: "C's: save numpy.ascontiguousarray(array)")
    }
    var shape: [Int] = []
    var count = type.size
    // max(1, …): a size of 0 must not hide an overflow of the others.
    for size in try value("shape", #/'shape'\s*:\s*\(([0-9, ]*)\)/#).split(whereSeparator: { ", ".contains($0) }) {
      let product = Int(size).map { count.multipliedReportingOverflow(by: max(1, $0)) }
      guard let product, !product.overflow else { throw Problem(found: shown, expected: "a shape that fits a file") }
      shape.append(Int(size)!)
      count = product.partialValue
    }
    (self.type, self.shape) = (type, shape)
  }
}
