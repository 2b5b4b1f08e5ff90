import Numerics

extension ModelSpecification {
  /// One latent vector as a feature map.
  package var latentShape: Shape { Shape(samples: 1, height: 1, width: 1, channels: latent.size) }

  /// One image.
  package var imageShape: Shape { image.sample }

  /// The generator's layers, from a latent to an image. Presets make square images.
  package var generatorLayers: [LayerSpecification] {
    switch generator {
    case .layers(let layers): layers
    case .preset(let preset): preset.generator(imageSize: image.width, imageChannels: image.channels)
    }
  }

  /// The discriminator's layers, from an image to its logits.
  package var discriminatorLayers: [LayerSpecification] {
    switch discriminator {
    case .layers(let layers): layers
    case .preset(let preset): preset.discriminator(imageSize: image.width)
    }
  }
}

/// A convolution of a network that has not been built.
package struct PlannedConvolutionLayer: Sendable {
  /// Number among the network's convolutions, from 1.
  package let number: Int
  package let isTransposed: Bool
  package let geometry: ConvolutionGeometry
}

/// The convolutions of `layers`, in order.
package func convolutions(
  of layers: [LayerSpecification], from input: Shape
) throws(ShapeError) -> [PlannedConvolutionLayer] {
  let start = FeatureShape(input)
  let outputs = try inferredShapes(of: layers, from: start)
  var found: [PlannedConvolutionLayer] = []
  for ((layer, output), input) in zip(zip(layers, outputs), [start] + outputs) {
    guard let (window, isTransposed) = layer.window else { continue }
    let geometry = window.geometry(isTransposed: isTransposed, input: input.sample, output: output.sample)
    found.append(.init(number: found.count + 1, isTransposed: isTransposed, geometry: geometry))
  }
  return found
}

extension FeatureShape {
  package init(_ shape: Shape) { self.init(channels: shape.channels, height: shape.height, width: shape.width) }

  /// One sample of this size.
  package var sample: Shape { Shape(samples: 1, height: height, width: width, channels: channels) }
}

extension LayerSpecification {
  /// Whether its weights are divided by their largest singular value.
  package var hasSpectralNorm: Bool { window?.0.spectralNorm ?? false }

  /// The same layer with spectral normalization, if it is a convolution or a dense layer.
  var withSpectralNorm: LayerSpecification {
    switch self {
    case .convolution(var window):
      window.spectralNorm = true
      return .convolution(window)
    case .dense(let units, let bias, _): return .dense(units: units, bias: bias, spectralNorm: true)
    default: return self
    }
  }

  /// The window of a layer that is computed as a convolution, a dense layer over one pixel; nil for other layers.
  var window: (ConvolutionSpecification, isTransposed: Bool)? {
    switch self {
    case .convolution(let window): (window, false)
    case .transposedConvolution(let window): (window, true)
    case .dense(let units, let bias, let spectralNorm):
      (
        ConvolutionSpecification(
          channels: units, kernel: 1, padding: .symmetric(0), bias: bias, spectralNorm: spectralNorm), false
      )
    default: nil
    }
  }
}
