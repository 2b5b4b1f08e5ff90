import Numerics

/// Memory that is never freed, so that pointers to it stay valid; tests are small.
func floats(_ values: [Float]) -> Floats {
  let memory = Floats.allocate(capacity: max(1, values.count))
  memory.initialize(from: values, count: values.count)
  return memory
}

func zeros(_ count: Int) -> Floats { floats([Float](repeating: 0, count: count)) }

func array(_ memory: UnsafePointer<Float>, _ count: Int) -> [Float] {
  [Float](UnsafeBufferPointer(start: memory, count: count))
}

func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }

/// Normal numbers, the same for the same `seed`.
func normals(_ count: Int, seed: Int, mean: Float = 0, deviation: Float = 1) -> [Float] {
  var stream = RandomStream(seed: UInt64(seed), purpose: .synthetic)
  return (0..<count).map { _ in mean + deviation * stream.nextNormals().0 }
}

/// The root mean square of the differences.
func rmsError(_ found: [Float], _ truth: [Double]) -> Double {
  precondition(found.count == truth.count, "\(found.count) values against \(truth.count)")
  let sum = zip(found, truth).reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
  return (sum / Double(found.count)).squareRoot()
}

/// The largest ratio of a difference to its own bound; infinite for NaN.
func worstRatio(_ found: [Float], _ truth: [Double], bounds: [Double]) -> Double {
  precondition(found.count == truth.count && found.count == bounds.count)
  return found.indices.reduce(0) { worst, index in
    let difference = abs(Double(found[index]) - truth[index])
    return difference <= bounds[index] && bounds[index] == 0
      ? worst : max(worst, (difference / bounds[index]).orInfinity)
  }
}

extension Double {
  fileprivate var orInfinity: Double { isNaN ? .infinity : self }
}

/// The norm of the difference over the norm of the truth.
func relativeError(_ found: [Float], _ truth: [Double]) -> Double {
  precondition(found.count == truth.count, "\(found.count) values against \(truth.count)")
  let difference = zip(found, truth).reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
  let norm = truth.reduce(0) { $0 + $1 * $1 }
  return norm > 0 ? (difference / norm).squareRoot() : difference.squareRoot()
}

/// Sizes around the vectors of every instruction set.
let raggedSizes = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 257]
