/// Random changes of the images that D sees, real ones and fakes alike, through which G's gradient flows (Zhao et al.
/// 2020, arXiv 2006.10738, "differentiable augmentation").
package struct DifferentiableAugmentation: Hashable, Sendable {
  /// A setting's word for one or several operations.
  package enum Group: String, Hashable, Sendable, CaseIterable {
    case color, translation, cutout

    fileprivate var operations: [Operation] {
      switch self {
      case .color: [.brightness, .saturation, .contrast]
      case .translation: [.translation]
      case .cutout: [.cutout]
      }
    }
  }

  /// In the order in which they are applied. The raw value separates their random numbers: never renumber.
  package enum Operation: Int, Hashable, Sendable {
    case brightness = 0, saturation, contrast, translation, cutout
  }

  /// Empty for no augmentation.
  package var groups: Set<Group>
  /// Of each operation on each image, in 0...1.
  package var probability: Float

  package init(_ groups: Set<Group> = [], probability: Float = 1) {
    self.groups = groups
    self.probability = probability
  }

  /// In order; empty if nothing is ever applied.
  package var operations: [Operation] {
    probability > 0 ? Group.allCases.filter(groups.contains).flatMap(\.operations) : []
  }
}
