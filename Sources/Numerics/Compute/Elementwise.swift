import CKernels

/// Passes over `count` contiguous elements, all in place.
extension Kernels {
  /// Whether no value is infinite or not a number.
  package func isFinite(_ x: UnsafePointer<Float>, count: Int) -> Bool { table.is_finite(x, count) != 0 }

  /// a ← a + b.
  package func add(_ a: Floats, _ b: UnsafePointer<Float>, count: Int) { table.add(a, b, count) }

  /// y ← y where y ≥ 0, slope · y elsewhere. Slope 0 is ReLU.
  package func leakyRelu(_ y: Floats, count: Int, slope: Float) { table.leaky_relu(y, count, slope) }

  /// gradient[row][c] ← gradient where the activation's output y > 0, slope · gradient elsewhere, for c in `range`.
  package func leakyReluBackward(
    _ gradient: Floats, output y: Floats, rows: Int, channels: Int, range: Range<Int>, slope: Float
  ) {
    table.leaky_relu_backward(gradient, y, rows, channels, range.lowerBound, range.upperBound, slope)
  }

  package func tanh(_ y: Floats, count: Int) { table.tanh_forward(y, count) }

  /// gradient ← gradient · (1 − y²), y the output of tanh.
  package func tanhBackward(_ gradient: Floats, output y: Floats, count: Int) {
    table.tanh_backward(gradient, y, count)
  }

  /// x[row][c] ← x[row][c] + bias[c], for c in `range`.
  package func addBias(_ x: Floats, _ bias: Floats, rows: Int, channels: Int, range: Range<Int>) {
    table.add_bias(x, bias, rows, channels, range.lowerBound, range.upperBound)
  }

  /// Bytes 0 … 255 to floats in [−1, 1].
  package func signed(_ y: Floats, from bytes: UnsafePointer<UInt8>, count: Int) {
    table.bytes_to_signed(y, bytes, count)
  }
}

/// The numbers of one step of Adam (Kingma & Ba 2014, algorithm 1, in PyTorch's order of operations).
package struct AdamCoefficients: Sendable {
  let settings: dt_adam

  /// - Parameters:
  ///   - isDecoupled: whether weights decay directly (AdamW, Loshchilov & Hutter 2019), not through the gradient.
  ///   - correctsBias: whether the moments' bias towards their initial zeros is corrected.
  ///   - step: number of this update, from 1.
  package init(
    learningRate: Double, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double, isDecoupled: Bool = false,
    correctsBias: Bool = true, step: Int
  ) {
    let correction1 = correctsBias ? 1 - Elementary.power(beta1, step) : 1
    let correction2 = correctsBias ? 1 - Elementary.power(beta2, step) : 1
    settings = dt_adam(
      beta1: Float(beta1), rest1: Float(1 - beta1), beta2: Float(beta2), rest2: Float(1 - beta2),
      step_size: Float(learningRate / correction1), sqrt_correction: Float(correction2.squareRoot()),
      epsilon: Float(epsilon), weight_decay: isDecoupled ? 0 : Float(weightDecay),
      keep: isDecoupled ? Float(1 - learningRate * weightDecay) : 1)
  }
}

extension Kernels {
  /// One step of Adam on `count` parameters and their moments.
  ///
  /// - Returns: whether all parameters and second moments are finite afterwards.
  package func adam(
    _ parameters: Floats, gradient: UnsafePointer<Float>, mean m: Floats, square v: Floats, count: Int,
    _ coefficients: AdamCoefficients
  ) -> Bool {
    table.adam(parameters, gradient, m, v, count, coefficients.settings) != 0
  }
}
