import Numerics

/// Random changes of a transformed image, with the meaning of torchvision's `RandomHorizontalFlip` and `ColorJitter`.
package struct Augmentation: Hashable, Sendable {
  /// Whether an image is mirrored with probability 1/2.
  package var flip: Bool
  /// The factor is uniform between max(0, 1 − brightness) and 1 + brightness; 0 for none.
  package var brightness: Float
  /// The same for the contrast, about the mean of the grey image.
  package var contrast: Float

  package static let none = Augmentation(flip: false, brightness: 0, contrast: 0)

  package init(flip: Bool, brightness: Float, contrast: Float) {
    precondition(brightness >= 0 && contrast >= 0, "a jitter has a width")
    self.flip = flip
    self.brightness = brightness
    self.contrast = contrast
  }

  /// The change of one image. Always takes four numbers of `random`, so that one kind of change does not affect
  /// another.
  package func draw(_ random: inout RandomStream) -> ImageChange {
    let isFlipped = random.nextUniform() < 0.5
    let brightnessFactor = Self.factor(brightness, random.nextUniform())
    let contrastFactor = Self.factor(contrast, random.nextUniform())
    let isContrastFirst = random.nextUniform() < 0.5
    return ImageChange(
      isFlipped: flip && isFlipped, brightness: brightnessFactor, contrast: contrastFactor,
      isContrastFirst: isContrastFirst)
  }

  private static func factor(_ width: Float, _ uniform: Float) -> Float {
    let least = max(0, 1 - width)
    return width == 0 ? 1 : least + (1 + width - least) * uniform
  }
}
