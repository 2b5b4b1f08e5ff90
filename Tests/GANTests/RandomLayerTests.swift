import GAN
import Numerics
import Testing

/// Dropout and noise: their effect on values, and that each sample has its own random numbers.
@Suite struct RandomLayerTests {
  private let randomness = PassRandomness(seed: 7, step: 3, update: 0, .fakes, firstSample: 0)

  private func network(_ layers: [LayerSpecification], inputNoise: Float = 0, samples: Int = 4) throws -> TestNetwork {
    let net = try TestNetwork(
      layers, input: Shape(samples: 1, height: 8, width: 8, channels: 12), samples: samples, shards: 2,
      inputNoise: inputNoise, kernels: Kernels(.native))
    _ = net.input.values.update(fromContentsOf: normals(net.input.shape.count, seed: 1))
    net.pass.randomness = randomness
    return net
  }

  @Test(arguments: [DropoutKind.element, .channel])
  func dropoutKeepsItsShareAndScalesIt(_ kind: DropoutKind) throws {
    let net = try network([.dropout(rate: 0.25, kind: kind)], samples: 64)
    let output = try net.forward(.training)
    let count = output.shape.count
    let kept = (0..<count).filter { output.data[$0] != 0 }
    for place in kept { #expect(output.data[place] == net.input.data[place] * (1 / 0.75)) }
    // Four standard deviations of the share for this number of draws.
    let draws = Double(kind == .element ? count : count / 64)
    #expect(abs(Double(kept.count) / Double(count) - 0.75) < 4 * (0.25 * 0.75 / draws).squareRoot())
    if kind == .channel {
      for sample in 0..<64 {
        for channel in 0..<12 {
          let pixels = Set((0..<64).map { output.data[(sample * 64 + $0) * 12 + channel] != 0 })
          #expect(pixels.count == 1)
        }
      }
    }
  }

  @Test(arguments: [DropoutKind.element, .channel])
  func whatDropsHasNoGradient(_ kind: DropoutKind) throws {
    let net = try network([.leakyRelu(slope: 0.2), .dropout(rate: 0.5, kind: kind)])
    let output = try net.forward(.training)
    let values = array(output.data, output.shape.count)
    let gradient = try net.backward { $0.values.update(repeating: 1) }.input
    for place in values.indices {
      let slope: Float = net.input.data[place] > 0 ? 1 : 0.2
      #expect(gradient.data[place] == (values[place] == 0 ? 0 : 2 * slope))
    }
  }

  @Test func nothingDropsOutsideOfTraining() throws {
    let net = try network([.dropout(rate: 0.5)], inputNoise: 0.5)
    let output = try net.forward(.runningStatistics)
    #expect(array(output.data, output.shape.count) == array(net.input.data, output.shape.count))
  }

  /// It is no entry of the list: nn.Sequential's indices of the layers after it do not count it.
  @Test func noiseHasANameOfItsOwn() throws {
    let net = try network([.leakyRelu(slope: 0.5), .dropout(rate: 0.5)], inputNoise: 0.1)
    #expect(net.network.summary.map(\.name) == [.inputNoise, .entry(0), .entry(1)])
    #expect(net.network.summary.map { "\($0.name)" } == ["inputNoise", "0", "1"])
  }

  /// A check names the layer that wrote the value.
  @Test(arguments: [(1e38, LayerName.inputNoise), (0.1, .entry(0))] as [(Float, LayerName)])
  func aCheckNamesTheLayer(noise: Float, layer: LayerName) throws {
    let net = try network([.leakyRelu(slope: 1e38)], inputNoise: noise, samples: 64)
    if layer != .inputNoise { net.input.values[3] = -1e10 }
    net.network.fusesLayers = false
    net.network.inspect = { event in try event.requireFinite() }
    let found = #expect(throws: NonFiniteValue.self) { try net.forward(.training) }
    #expect(found?.layer == layer && found?.description.hasPrefix("test, layer \(layer): output has") == true)
  }

  @Test func noiseIsNormal() throws {
    let net = try network([.leakyRelu(slope: 0.5)], inputNoise: 0.1, samples: 64)
    let output = try net.forward(.training)
    let noise = (0..<output.shape.count).map { place -> Double in
      let value = Double(output.data[place])
      return (value > 0 ? value : 2 * value) - Double(net.input.data[place])
    }
    let mean = noise.reduce(0, +) / Double(noise.count)
    let deviation = (noise.reduce(0) { $0 + $1 * $1 } / Double(noise.count)).squareRoot()
    // Four standard errors, σ/√n and σ/√(2n).
    let count = Double(noise.count)
    #expect(abs(mean) < 4 * 0.1 / count.squareRoot() && abs(deviation - 0.1) < 4 * 0.1 / (2 * count).squareRoot())
  }

  @Test func theNextStepDropsOthers() throws {
    let net = try network([.dropout(rate: 0.5)])
    let first = array(try net.forward(.training).data, net.input.shape.count)
    #expect(array(try net.forward(.training).data, net.input.shape.count) == first)
    net.pass.randomness = PassRandomness(seed: 7, step: 4, update: 0, .fakes, firstSample: 0)
    #expect(array(try net.forward(.training).data, net.input.shape.count) != first)
  }
}
