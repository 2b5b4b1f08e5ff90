/// Reads numbers of bits, the most significant bit first. Behind the end there are zeros.
struct BitReader {
  private let bytes: [UInt8]
  private var bit = 0

  init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  mutating func bits(_ count: Int) -> Int {
    precondition(count <= 32, "a number of an Int")
    var value = 0
    for _ in 0..<count {
      let byte = bit / 8 < bytes.count ? bytes[bit / 8] : 0
      value = value << 1 | Int(byte >> UInt8(7 - bit % 8) & 1)
      bit += 1
    }
    return value
  }

  mutating func flag() -> Bool { bits(1) == 1 }

  mutating func skip(_ count: Int) { bit += count }

  /// An unsigned number of Exp-Golomb's code, ue(v) of ITU-T H.265, §9.2, or uvlc() of AV1, §4.10.3; nil above 32 bits.
  mutating func exponential() -> Int? {
    var zeros = 0
    while !flag() {
      zeros += 1
      guard zeros < 32 else { return nil }
    }
    return 1 << zeros - 1 + bits(zeros)
  }
}
