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
