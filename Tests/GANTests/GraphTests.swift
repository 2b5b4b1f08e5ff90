import GAN
import ModelFiles
import Numerics
import ONNXGraphs
import Testing

/// ONNX networks give onnxruntime's outputs; `onnx.safetensors` holds networks, inputs and outputs.
///
/// Outputs may differ by `NetworkContract.result` of the largest one. Every case prints its share of that bound.
@Suite struct GraphTests {
  private static var context: ComputeContext { ComputeContext(kernels: Kernels(.native), threads: Threads(count: 1)) }

  static let cases: [String] =
    (try? fixture("onnx").entries.map(\.name)).map { names in
      names.filter { $0.hasSuffix("/model") }.map { String($0.dropLast("/model".count)) }.sorted()
    } ?? []

  static func model(_ name: String) throws -> ONNXModel {
    try ONNXModel(bytes: fixture("onnx").bytes("\(name)/model"), path: "\(name).onnx")
  }

  @Test func thereAreCases() { #expect(Self.cases.count > 140) }

  @Test(arguments: cases)
  func onnxruntimeAgrees(name: String) throws {
    let file = try fixture("onnx")
    let shape = try #require(file.entry("\(name)/input")).shape
    for threads in [1, 3] {
      let pool = Threads(count: threads)
      defer { pool.stop() }
      let graph = try NetworkGraph(
        Self.model(name), path: "\(name).onnx", context: ComputeContext(kernels: Kernels(.native), threads: pool))
      let (input, truth) = (try file.floats("\(name)/input"), try file.floats("\(name)/output"))
      // Values kept from the first run must not affect the second one.
      _ = try graph.run(input.map { 0.5 - $0 }, shape: shape, input: "input", output: "output")
      let found = try graph.run(input, shape: shape, input: "input", output: "output")
      #expect(found.shape == file.entry("\(name)/output")?.shape)
      let values = found.shape.count == 4 ? inPyTorchsOrder(found.values, found.shape) : found.values
      try #require(values.count == truth.count)
      let bound = Float(NetworkContract.result) * max(1, truth.map(abs).max() ?? 1)
      var worst: Float = 0
      for (value, truth) in zip(values, truth) where value != truth && !(value.isNaN && truth.isNaN) {
        let difference = abs(value - truth)
        worst = difference <= bound ? max(worst, difference) : .infinity
      }
      if threads == 1 { print("\(name): \(worst / bound) of the bound") }
      #expect(worst <= bound, "\(values.prefix(12)) instead of \(truth.prefix(12))")
    }
  }

  private func inPyTorchsOrder(_ values: [Float], _ shape: [Int]) -> [Float] {
    var values = values
    return values.withUnsafeMutableBufferPointer {
      Tensor(Shape(samples: shape[0], height: shape[2], width: shape[3], channels: shape[1]), $0.baseAddress!)
        .pyTorchValues
    }
  }

  /// An image depends only on its latent, for any number of images in a run.
  @Test(arguments: ["own-vector", "pytorch-dcgan-legacy", "pytorch-ganlab-new"])
  func portionsChangeNoBit(name: String) throws {
    // Except for a layer that uses batch statistics.
    let model = try name == "own-vector" ? Self.withoutBatchStatistics(Self.model(name)) : Self.model(name)
    let generator = try GeneratorGraph(model, path: name, context: Self.context)
    let latents = normals(7 * generator.latents.size, seed: 2)
    let (all, shape) = try generator.images(of: latents)
    let (one, _) = try generator.images(of: Array(latents.suffix(generator.latents.size)))
    #expect(bits(Array(all.suffix(shape.sampleCount))) == bits(one))
  }

  private static func withoutBatchStatistics(_ model: ONNXModel) -> ONNXModel {
    var model = model
    for place in model.nodes.indices where model.nodes[place].operation == "ReduceMean" {
      model.nodes[place] = ONNXNode("Identity", inputs: model.nodes[place].inputs, outputs: model.nodes[place].outputs)
    }
    return model
  }

  @Test func aFixedNumberOfImagesIsFilledUp() throws {
    var model = try Self.model("pytorch-dcgan-legacy")
    let any = try GeneratorGraph(model, path: "any", context: Self.context)
    model.inputs[0].shape?[0] = .fixed(3)
    let three = try GeneratorGraph(model, path: "three", context: Self.context)
    for count in [1, 3, 7] {
      let latents = normals(count * 6, seed: 3)
      let (found, truth) = (try three.images(of: latents), try any.images(of: latents))
      #expect(found.shape == truth.shape && bits(found.values) == bits(truth.values))
    }
  }

  @Test func ownFilesSayWhatLatentsAreDrawnFrom() throws {
    func distribution(_ name: String) throws -> LatentSpecification {
      try GeneratorGraph(Self.model(name), path: name, context: Self.context).latents
    }
    #expect(try distribution("own-map") == LatentSpecification(size: 4, distribution: .uniform))
    #expect(try distribution("pytorch-ganlab-new") == LatentSpecification(size: 6, distribution: .normal))
  }
}
