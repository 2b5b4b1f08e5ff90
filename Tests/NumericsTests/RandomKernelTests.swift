import Numerics
import Testing

/// The kernel makes the same normal numbers as `fillNormal`, on every instruction set.
@Suite struct NormalKernelTests {
  @Test(arguments: Kernels.available, [1, 2, 3, 4, 63, 64, 65, 784, 100_000])
  func theBitsOfThePlainLoop(_ kernels: Kernels, count: Int) {
    for sample in 0..<3 {
      let stream = RandomStream(seed: 77, purpose: .inputNoise, step: 5, update: 9, sample: sample)
      let x = normals(count, seed: 3)
      let deviation: Float = 0.1
      var plain = stream
      var truth = [Float](repeating: 0, count: count)
      truth.withUnsafeMutableBufferPointer { plain.fillNormal($0) }
      for place in 0..<count { truth[place] = x[place] + deviation * truth[place] }
      var found = [Float](repeating: .nan, count: count + 1)
      found.withUnsafeMutableBufferPointer {
        kernels.addNormals($0.baseAddress!, x, count: count, deviation: deviation, by: stream)
      }
      #expect(found.last?.isNaN == true, "nothing is written behind the end")
      #expect(found.dropLast().elementsEqual(truth) { $0.bitPattern == $1.bitPattern })
    }
  }
}

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
