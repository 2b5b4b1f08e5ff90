import Foundation
import Numerics
import Testing

/// Memory for a run.
@Suite struct ArenaTests {
  /// Sizes below and above the limit of an own mapping, and one that does not fit the rest of a shared mapping.
  private static let counts = [1, 1, 33, 20_000, 1, 32_768, 100_000, 30_000, 30_000, 30_000, 30_000, 30_000, 30_000, 7]

  @Test func arraysAreZerosThatLieApart() {
    let arena = Arena()
    let arrays = Self.counts.map { UnsafeMutableBufferPointer(start: arena.floats($0), count: $0) }
    #expect(arrays.allSatisfy { $0.allSatisfy { $0 == 0 } })
    for (number, array) in arrays.enumerated() { array.update(repeating: Float(number + 1)) }
    for (number, array) in arrays.enumerated() { #expect(array.allSatisfy { $0 == Float(number + 1) }) }
    for array in arrays { #expect(UInt(bitPattern: array.baseAddress!) % 128 == 0, "on pairs of cache lines") }
    #expect(arena.bytes >= Self.counts.reduce(0, +) * 4)
    withExtendedLifetime(arena) {}
  }

  /// A network has hundreds of arrays of one or a few channels.
  @Test func smallArraysShareAMapping() throws {
    let arena = Arena()
    let before = try mappings()
    let starts = (0..<2000).map { _ in arena.doubles(1) }
    #expect(try mappings() - before < 500)
    #expect(Set(starts).count == starts.count)
    #expect(arena.bytes == 2000 * 128)
    withExtendedLifetime(arena) {}
  }

  @Test func largeArraysGoBackEarly() {
    let arena = Arena()
    let (small, large) = (arena.floats(10), arena.floats(1_000_000))
    let bytes = arena.bytes
    arena.giveBack(large)
    #expect(arena.bytes == bytes - 4_000_000)
    arena.giveBack(small)
    #expect(arena.bytes == bytes - 4_000_000, "keeps its place")
    let next = arena.floats(10)
    #expect(next != small && next[0] == 0)
    withExtendedLifetime(arena) {}
  }

  /// The number of mappings of this process. Other tests map memory too: some, but not thousands.
  private func mappings() throws -> Int {
    try String(contentsOfFile: "/proc/self/maps", encoding: .utf8).utf8.count { $0 == UInt8(ascii: "\n") }
  }
}
