import Tensor

extension ModelSpecification {
  /// One latent vector as a feature map.
  package var latentShape: Shape { Shape(samples: 1, height: 1, width: 1, channels: latent.size) }

  /// One picture.
  package var imageShape: Shape {
    Shape(samples: 1, height: imageSize, width: imageSize, channels: imageChannels)
  }

  /// The generator's layers, from a latent to a picture.
  package var generatorLayers: [LayerSpecification] {
    switch generator {
    case .layers(let layers): layers
    case .preset(let preset, let width):
      preset.generator(width: width, imageSize: imageSize, imageChannels: imageChannels)
    }
  }

  /// The discriminator's layers, from a picture to a logit.
  package var discriminatorLayers: [LayerSpecification] {
    switch discriminator {
    case .layers(let layers): layers
    case .preset(let preset, let width): preset.discriminator(width: width, imageSize: imageSize)
    }
  }
}

/// A convolution of a network that has not been built.
package struct PlannedConvolutionLayer: Sendable {
  /// Place among the network's convolutions, from 1.
  package let number: Int
  package let isTransposed: Bool
  package let geometry: ConvolutionGeometry
}

/// The convolutions of `layers`, in order.
package func convolutions(
  of layers: [LayerSpecification], from input: Shape
) throws(ShapeError) -> [PlannedConvolutionLayer] {
  let start = FeatureShape(channels: input.channels, height: input.height, width: input.width)
  let outputs = try inferredShapes(of: layers, from: start)
  var found: [PlannedConvolutionLayer] = []
  for ((layer, output), input) in zip(zip(layers, outputs), [start] + outputs) {
    let isTransposed: Bool
    let specification: ConvolutionSpecification
    switch layer {
    case .convolution(let window): (specification, isTransposed) = (window, false)
    case .transposedConvolution(let window): (specification, isTransposed) = (window, true)
    default: continue
    }
    let geometry = specification.geometry(
      isTransposed: isTransposed, input: input.sample, output: output.sample)
    found.append(.init(number: found.count + 1, isTransposed: isTransposed, geometry: geometry))
  }
  return found
}

extension FeatureShape {
  fileprivate var sample: Shape { Shape(samples: 1, height: height, width: width, channels: channels) }
}

extension ConvolutionSpecification {
  func geometry(isTransposed: Bool, input: Shape, output: Shape) -> ConvolutionGeometry {
    ConvolutionGeometry(
      large: isTransposed ? output : input, small: isTransposed ? input : output, kernel: (kernel, kernel),
      stride: stride, top: padding, left: padding)
  }
}
