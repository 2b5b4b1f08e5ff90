/// Counts the messages and fields of an ONNX file before any of them is decoded, because an empty message takes two
/// bytes in the file but a hundred in memory.
///
/// Wire format: https://protobuf.dev/programming-guides/encoding.
struct ONNXOutline {
  /// The most fields; networks that can be run have fewer.
  static let mostFields = 1 << 20

  private var fields = 0
  private let bytes: UnsafeRawBufferPointer

  /// The structure of a message: its inner messages by field number. All other fields are leaves.
  private indirect enum Kind {
    case leaf
    case message([UInt64: Kind])

    static let entry = message([:])
    static let tensor = message([13: entry])
    static let value = message([2: message([1: message([2: message([1: message([:])])])])])
    static let node = message([5: message([5: tensor])])
    static let model = message([7: message([1: node, 5: tensor, 11: value, 12: value]), 8: entry, 14: entry])
  }

  /// Why the count stopped, at byte `offset`.
  struct Problem: Error {
    let offset: Int
    let found: String
    let expected: String
  }

  /// The reason not to decode `bytes`; nil if there is none.
  static func problem(in bytes: UnsafeRawBufferPointer) -> Problem? {
    var outline = ONNXOutline(bytes: bytes)
    do throws(Problem) { try outline.count(0..<bytes.count, .model) } catch { return error }
    return nil
  }

  private init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  private mutating func count(_ range: Range<Int>, _ kind: Kind) throws(Problem) {
    guard case .message(let parts) = kind else { return }
    var place = range.lowerBound
    while place < range.upperBound {
      let start = place
      fields += 1
      guard fields <= Self.mostFields else {
        throw Problem(offset: start, found: "over \(Self.mostFields) fields", expected: "a network of fewer")
      }
      let tag = try varint(&place, range.upperBound)
      switch tag & 7 {
      case 0: _ = try varint(&place, range.upperBound)
      case 1: place += 8
      case 2:
        let length = try varint(&place, range.upperBound)
        guard length <= UInt64(range.upperBound - place) else { throw cut(start) }
        let end = place + Int(length)
        try count(place..<end, parts[tag >> 3] ?? .leaf)
        place = end
      case 5: place += 4
      default:
        throw Problem(
          offset: start, found: "a field of wire type \(tag & 7)", expected: "0, 1, 2 or 5, as ONNX has them")
      }
      guard place <= range.upperBound else { throw cut(start) }
    }
  }

  private func varint(_ place: inout Int, _ end: Int) throws(Problem) -> UInt64 {
    let start = place
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard place < end else { throw cut(start) }
      let byte = bytes[place]
      place += 1
      value |= UInt64(byte & 127) << shift
      if byte < 128 { return value }
    }
    throw Problem(offset: start, found: "a number of over 10 bytes", expected: "a varint")
  }

  private func cut(_ start: Int) -> Problem {
    Problem(offset: start, found: "a field that reaches beyond its end", expected: "a complete ONNX file")
  }
}
