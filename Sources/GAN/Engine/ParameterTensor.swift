import Numerics

/// One learned tensor or buffer of a network: its place in the network's flat memory, and its name and shape in files.
package struct ParameterTensor {
  /// `<i>.weight`, `.bias`, `.running_mean`, `.running_var`, `.weight_u` or `.weight_v`, i being the index in nn.Sequential.
  package let name: String
  /// PyTorch's shape.
  package let shape: [Int]
  /// First element in the flat memory, a multiple of 16.
  package let offset: Int
  package let role: Role
  /// The convolution that determines the order of weights in memory; nil for vectors.
  let geometry: ConvolutionGeometry?

  /// Determines the initialization.
  package enum Role: Sendable {
    case weight, bias, scale, shift, runningMean, runningVariance
    /// An estimate of a singular vector of weights.
    case singularVector
  }

  package var count: Int { shape.reduce(1, *) }
  /// The elements in flat memory.
  package var range: Range<Int> { offset..<offset + count }
  /// The elements between it and the next tensor.
  var gap: Range<Int> { range.upperBound..<(range.upperBound + 15) / 16 * 16 }

  /// Copies from the flat memory into PyTorch's order.
  package func values(in memory: Floats) -> [Float] {
    [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      if let geometry {
        geometry.copyWeights(memory + offset, toPyTorch: buffer.baseAddress!)
      } else {
        buffer.baseAddress!.initialize(from: memory + offset, count: count)
      }
      initialized = count
    }
  }

  /// Copies from PyTorch's order into the flat memory.
  package func set(_ values: UnsafeBufferPointer<Float>, in memory: Floats) {
    precondition(values.count == count, "\(name) has \(count) elements, not \(values.count)")
    if let geometry {
      geometry.setWeights(memory + offset, fromPyTorch: values.baseAddress!)
    } else {
      (memory + offset).update(from: values.baseAddress!, count: count)
    }
  }
}

/// Allocates places in a network's flat memory, each on a boundary of 16 floats.
struct ParameterAllocator {
  private(set) var count = 0

  mutating func tensor(
    _ name: String, _ shape: [Int], _ role: ParameterTensor.Role, geometry: ConvolutionGeometry? = nil
  ) -> ParameterTensor {
    let tensor = ParameterTensor(name: name, shape: shape, offset: count, role: role, geometry: geometry)
    count += (tensor.count + 15) / 16 * 16
    return tensor
  }
}
