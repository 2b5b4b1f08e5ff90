import Numerics
import Testing

/// The kernel against single blocks of Philox.
@Suite struct DropoutTests {
  @Test(arguments: Kernels.available, [1, 63, 64, 65, 200])
  func wordsDecide(_ kernels: Kernels, _ count: Int) {
    let rate: Float = 0.3
    var values = [Float](repeating: 1, count: count)
    let stream = RandomStream(seed: 0x1234_5678_9ABC, purpose: .dropout, step: 5, update: 6, sample: 7)
    values.withUnsafeMutableBufferPointer { kernels.dropout($0.baseAddress!, count: count, rate: rate, by: stream) }
    for place in 0..<count {
      let (group, within) = place.quotientAndRemainder(dividingBy: 64)
      let block = Philox.block(
        counter: SIMD4(UInt32(group * 16 + within % 16), 7, 5, RandomPurpose.dropout.rawValue << 24 | 6),
        key: SIMD2(0x5678_9ABC, 0x1234))
      let stays = Double(block[within / 16]) >= Double(rate) * 0x1p32.rounded(.down)
      #expect(values[place] == (stays ? 1 / (1 - rate) : 0), "\(place)")
    }
  }
}
