import MPI
import Numerics
import Testing

// One suite, one order: every rank runs the same tests one after the other, on the main thread, so that their collectives
// meet. They pass at any number of ranks, which expect and never require: a rank that threw would leave the others waiting.
@Suite(.serialized) @MainActor
enum Ranks {}

/// The value of all leaves by the definition of the tree: node [a, b) splits at a + the largest power of two below b − a.
func treeValue<Value>(
  of node: Range<Int>, leaf: (Int) -> Value, combine: (_ left: Value, _ right: Value) -> Value
) -> Value {
  if node.count == 1 { return leaf(node.lowerBound) }
  var half = 1
  while 2 * half < node.count { half *= 2 }
  let middle = node.lowerBound + half
  return combine(
    treeValue(of: node.lowerBound..<middle, leaf: leaf, combine: combine),
    treeValue(of: middle..<node.upperBound, leaf: leaf, combine: combine))
}

/// Left and right element by element.
func sum(_ left: [Float], _ right: [Float]) -> [Float] { zip(left, right).map { $0 + $1 } }

/// Numbers that every rank knows of every shard. Their magnitudes differ so much that another order of a sum has other bits.
func knownNumbers(_ count: Int, shard: Int, group: Int = 0, step: Int = 0) -> [Float] {
  var random = RandomStream(seed: 5, purpose: .synthetic, step: step, update: group, sample: shard)
  return (0..<count).map { _ in
    let power = Float(sign: .plus, exponent: random.next(below: 16) - 8, significand: 1)
    return (2 * random.nextUniform() - 1) * power
  }
}

func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }

/// The first place where the bits differ, nil where there is none: lists of this length are not to be printed.
func difference(_ found: [Float], _ wanted: [Float]) -> String? {
  guard found.count == wanted.count else { return "\(found.count) numbers instead of \(wanted.count)" }
  return zip(found, wanted).enumerated().first { $1.0.bitPattern != $1.1.bitPattern }.map { place, pair in
    "\(pair.0) instead of \(pair.1) at \(place)"
  }
}

func array(_ memory: UnsafePointer<Float>, _ count: Int) -> [Float] {
  [Float](UnsafeBufferPointer(start: memory, count: count))
}
