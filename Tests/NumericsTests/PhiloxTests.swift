import Numerics
import Testing

@Suite struct PhiloxTests {
  /// Known answers of `philox4x32 10` in kat_vectors of Random123, the authors' distribution.
  @Test(arguments: [
    (
      SIMD4<UInt32>(repeating: 0), SIMD2<UInt32>(repeating: 0),
      SIMD4<UInt32>(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)
    ),
    (
      SIMD4<UInt32>(repeating: .max), SIMD2<UInt32>(repeating: .max),
      SIMD4<UInt32>(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
    ),
    (
      SIMD4<UInt32>(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344), SIMD2<UInt32>(0xa409_3822, 0x299f_31d0),
      SIMD4<UInt32>(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
    ),
  ])
  func knownAnswers(counter: SIMD4<UInt32>, key: SIMD2<UInt32>, expected: SIMD4<UInt32>) {
    #expect(Philox.block(counter: counter, key: key) == expected)
  }

  /// The counter of a stream is (block, sample, step, purpose · 2²⁴ + update) and its key the seed, low word first.
  @Test func streamReadsItsBlocksInOrder() {
    var stream = RandomStream(seed: 0x299f_31d0_a409_3822, purpose: .latent, step: 300, update: 1, sample: 17)
    for block in 0..<3 as Range<UInt32> {
      let counter = SIMD4<UInt32>(block, 17, 300, 2 << 24 | 1)
      let words = Philox.block(counter: counter, key: SIMD2(0xa409_3822, 0x299f_31d0))
      for lane in 0..<4 { #expect(stream.nextWord() == words[lane]) }
    }
  }

  @Test func streamsOfDifferentThingsDiffer() {
    let streams = [
      RandomStream(seed: 1, purpose: .latent), RandomStream(seed: 2, purpose: .latent),
      RandomStream(seed: 1 << 32 | 1, purpose: .latent), RandomStream(seed: 1, purpose: .fixedLatent),
      RandomStream(seed: 1, purpose: .latent, step: 1), RandomStream(seed: 1, purpose: .latent, update: 1),
      RandomStream(seed: 1, purpose: .latent, sample: 1),
    ]
    let beginnings = streams.map { stream -> [UInt32] in
      var stream = stream
      return (0..<8).map { _ in stream.nextWord() }
    }
    #expect(Set(beginnings).count == streams.count)
  }

  /// 64 equal bins of 2¹⁶ draws: χ² with 63 degrees of freedom is below 114 except in one of 10,000 cases.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func uniformFillsTheOpenInterval(seed: UInt64) {
    let draws = 1 << 16
    var bins = [Int](repeating: 0, count: 64)
    var stream = RandomStream(seed: seed, purpose: .latent)
    for _ in 0..<draws {
      let value = stream.nextUniform()
      #expect(value > 0 && value < 1)
      bins[Int(value * 64)] += 1
    }
    #expect(chiSquared(bins) < 114)
  }

  /// 63 bins, not a power of two: χ² with 62 degrees of freedom, also one in 10,000.
  @Test func boundedIntegersAreUniform() {
    var bins = [Int](repeating: 0, count: 63)
    var stream = RandomStream(seed: 7, purpose: .deal)
    for _ in 0..<1 << 16 { bins[stream.next(below: 63)] += 1 }
    #expect(chiSquared(bins) < 113)
  }

  /// Without rejection two of four words would fall on each multiple of 3 below 3 · 2³⁰: ½ of all draws, instead of ⅓.
  @Test func boundedIntegersRejectWhatWouldBias() {
    let bound = 3 << 30
    var stream = RandomStream(seed: 9, purpose: .deal)
    var multiplesOfThree = 0
    for _ in 0..<30_000 {
      let value = stream.next(below: bound)
      #expect((0..<bound).contains(value))
      if value % 3 == 0 { multiplesOfThree += 1 }
    }
    #expect(abs(multiplesOfThree - 10_000) < 400)  // five standard deviations
  }

  @Test func boundsAtTheirEnds() {
    var stream = RandomStream(seed: 1, purpose: .deal)
    var copy = stream
    #expect((0..<100).allSatisfy { _ in stream.next(below: 1) == 0 })
    for _ in 0..<100 { _ = copy.nextWord() }
    #expect(stream.next(below: 1 << 32) == Int(copy.nextWord()))
  }

  @Test func shuffledIsAUniformPermutation() {
    var counts: [[Int]: Int] = [:]
    for sample in 0..<24_000 {
      var stream = RandomStream(seed: 5, purpose: .shuffle, sample: sample)
      counts[[0, 1, 2, 3].shuffled(by: &stream), default: 0] += 1
    }
    #expect(counts.count == 24)
    #expect(counts.keys.allSatisfy { $0.sorted() == [0, 1, 2, 3] })
    #expect(chiSquared(Array(counts.values)) < 58)  // 23 degrees of freedom, one in 10,000
  }

  private func chiSquared(_ bins: [Int]) -> Double {
    let expected = Double(bins.reduce(0, +)) / Double(bins.count)
    return bins.map { (Double($0) - expected) * (Double($0) - expected) / expected }.reduce(0, +)
  }
}
