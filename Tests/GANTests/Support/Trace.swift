import GAN
import ModelFiles
import Tensor

/// A training run recorded by PyTorch: what went in and what came out of each phase of each step.
struct Trace {
  let file: SafetensorsFile
  let model: ModelSpecification
  let training: TrainingSpecification
  let steps: Int

  init(_ name: String, shards: Int) throws {
    file = try fixture(name)
    let metadata = file.metadata
    func number<Number: LosslessStringConvertible>(_ key: String) -> Number { Number(metadata[key]!)! }
    func adam(_ network: String) -> AdamSpecification {
      AdamSpecification(
        learningRate: number("\(network).learningRate"), beta1: number("\(network).beta1"),
        beta2: number("\(network).beta2"), epsilon: number("\(network).epsilon"),
        weightDecay: number("\(network).weightDecay"))
    }
    precondition(number("labels.opinion") == 1.0, "G's label is 1")
    steps = number("steps")
    model = ModelSpecification(
      latent: .init(size: number("latentSize")), generator: .preset(.init(.dcgan, width: number("width"))),
      discriminator: .preset(.init(.dcgan, width: number("width"))), imageSize: number("imageSize"),
      imageChannels: number("channels"))
    training = TrainingSpecification(
      batch: number("batch"), shards: shards,
      loss: .binaryCrossEntropy(labels: .fixed(real: number("labels.real"), fake: number("labels.fake"))),
      noise: NoisePolicy(rawValue: metadata["noise"]!)!, generator: adam("generator"),
      discriminator: adam("discriminator"))
  }

  /// Where the state before step `step` stands.
  func before(_ step: Int) -> String { step == 0 ? "initial" : after(step - 1) }

  func after(_ step: Int) -> String { "step\(step)/parameter" }

  /// Puts the parameters, and the running statistics if asked, of `place` into a network.
  func load(_ network: Network, from place: String, buffers: Bool = true) throws {
    for tensor in network.tensors {
      tensor.set(try file.floats("\(place)/\(network.name).\(tensor.name)"), in: network.parameters)
    }
    for tensor in network.bufferTensors where buffers {
      tensor.set(try file.floats("\(place)/\(network.name).\(tensor.name)"), in: network.buffers)
    }
  }
}

/// The worst error of each kind, and where it was.
struct WorstErrors: CustomStringConvertible {
  private(set) var errors: [String: (error: Double, place: String)] = [:]

  mutating func add(_ kind: String, _ place: String, _ error: Double) {
    if error > errors[kind]?.error ?? -1 || error.isNaN { errors[kind] = (error, place) }
  }

  subscript(kind: String) -> Double { errors[kind]?.error ?? .nan }

  var description: String {
    errors.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.error) (\($0.value.place))" }.joined(separator: ", ")
  }
}

/// Gives Adam the gradients that it is told, instead of the ranks' own.
final class GivenGradients: GradientExchange {
  let owned: [Range<Int>]
  private let gradients: [Float]

  init(_ gradients: [Float], owned: [Range<Int>]) {
    self.gradients = gradients
    self.owned = owned
  }

  func begin(_ bucket: Int) {}
  func poll() {}

  func finish(update: (Int, Floats) -> Void) {
    var gradients = gradients
    gradients.withUnsafeMutableBufferPointer { gradients in
      for (bucket, range) in owned.enumerated() { update(bucket, gradients.baseAddress! + range.lowerBound) }
    }
  }
}
