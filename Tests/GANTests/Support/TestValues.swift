import GAN
import Numerics

/// Normal numbers, the same for the same `seed`.
func normals(_ count: Int, seed: Int, mean: Float = 0, deviation: Float = 1) -> [Float] {
  var stream = RandomStream(seed: UInt64(seed), purpose: .synthetic)
  return (0..<count).map { _ in mean + deviation * stream.nextNormals().0 }
}

func array(_ memory: UnsafePointer<Float>, _ count: Int) -> [Float] {
  [Float](UnsafeBufferPointer(start: memory, count: count))
}

func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }

/// The norm of the difference, divided by the norm of the truth unless that is 0.
func relativeError(_ found: [Float], _ truth: [Float]) -> Double {
  relativeError(found.map(Double.init), truth.map(Double.init))
}

func relativeError(_ found: [Double], _ truth: [Double]) -> Double {
  precondition(found.count == truth.count, "\(found.count) values against \(truth.count)")
  let difference = zip(found, truth).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  let norm = truth.reduce(0) { $0 + $1 * $1 }
  return norm > 0 ? (difference / norm).squareRoot() : difference.squareRoot()
}

extension Tensor {
  /// Fills the tensor from PyTorch's order [sample][channel][row][column].
  func set(fromPyTorch values: [Float]) {
    precondition(values.count == shape.count, "\(values.count) values for \(shape)")
    forEachPlace { data[$0] = values[$1] }
  }

  /// The values in PyTorch's order.
  var pyTorchValues: [Float] {
    var values = [Float](repeating: 0, count: shape.count)
    forEachPlace { values[$1] = data[$0] }
    return values
  }

  private func forEachPlace(_ body: (_ own: Int, _ pyTorch: Int) -> Void) {
    for sample in 0..<shape.samples {
      for pixel in 0..<shape.area {
        for channel in 0..<shape.channels {
          body(
            (sample * shape.area + pixel) * shape.channels + channel,
            (sample * shape.channels + channel) * shape.area + pixel)
        }
      }
    }
  }
}

extension ParameterTensor {
  func set(_ values: [Float], in memory: Floats) { values.withUnsafeBufferPointer { set($0, in: memory) } }
}

/// Sizes of the shards in `range` of a batch of `samples`, as the determinism contract cuts a batch of `batch`.
func shardSizes(_ samples: Int, batch: Int, shards: Int, in range: Range<Int>) -> [Int] {
  range.map { shard in (0..<samples).count { $0 * shards / batch == shard } }
}
