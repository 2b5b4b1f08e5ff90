/// Protocol buffers written byte by byte (https://protobuf.dev/programming-guides/encoding), with onnx.proto's field numbers.
struct ONNXMessage {
  private(set) var bytes: [UInt8] = []

  static func varint(_ value: UInt64) -> [UInt8] {
    var (rest, bytes) = (value, [UInt8]())
    while rest >= 128 {
      bytes.append(UInt8(rest & 127) | 128)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  func number(_ field: UInt64, _ value: Int) -> Self {
    adding(Self.varint(field << 3), Self.varint(UInt64(bitPattern: Int64(value))))
  }
  func text(_ field: UInt64, _ value: String) -> Self { data(field, Array(value.utf8)) }
  func message(_ field: UInt64, _ value: Self) -> Self { data(field, value.bytes) }
  func data(_ field: UInt64, _ value: [UInt8]) -> Self {
    adding(Self.varint(field << 3 | 2), Self.varint(UInt64(value.count)) + value)
  }

  private func adding(_ tag: [UInt8], _ value: [UInt8]) -> Self {
    var sum = self
    sum.bytes += tag + value
    return sum
  }

  // MARK: Messages of ONNX

  static func tensor(_ name: String, type: Int, shape: [Int]) -> Self {
    shape.reduce(Self().number(2, type).text(8, name)) { $0.number(1, $1) }
  }

  static func node(_ operation: String, _ inputs: [String], _ outputs: [String]) -> Self {
    let named = inputs.reduce(Self()) { $0.text(1, $1) }
    return outputs.reduce(named) { $0.text(2, $1) }.text(4, operation)
  }

  /// A file whose graph is one node that adds `tensor`, called `b`, to the input.
  static func file(_ tensor: Self, opset: Int = 13) -> [UInt8] {
    let graph = Self().message(1, node("Add", ["a", "b"], ["c"])).text(2, "graph").message(5, tensor)
      .message(11, Self().text(1, "a")).message(12, Self().text(1, "c"))
    return Self().number(1, 7).message(7, graph).message(8, Self().number(2, opset)).bytes
  }
}

/// The bytes of numbers in memory.
func rawBytes<Element: BitwiseCopyable>(_ values: [Element]) -> [UInt8] { values.withUnsafeBytes(Array.init) }
