/// A selection of CelebA's images by its published lists.
package struct CelebASelection: Hashable, Sendable {
  /// The parts of `list_eval_partition.txt`; the raw values are those of `data.celeba.partition`.
  package enum Partition: String, Hashable, Sendable, CaseIterable {
    case train
    case valid
    case test
    /// Every image, listed or not.
    case all

    /// Its code in a line of the list.
    var code: String? { ["train": "0", "valid": "1", "test": "2"][rawValue] }
  }

  package var partition: Partition
  /// The attributes that an image must have (true) or must not have (false).
  package var attributes: [String: Bool]

  package static let everything = CelebASelection(partition: .all, attributes: [:])

  package init(partition: Partition, attributes: [String: Bool]) {
    self.partition = partition
    self.attributes = attributes
  }

  /// The 40 names in the second line of `list_attr_celeba.txt` (Liu et al. 2015), in its order.
  package static let attributeNames = [
    "5_o_Clock_Shadow", "Arched_Eyebrows", "Attractive", "Bags_Under_Eyes", "Bald", "Bangs", "Big_Lips", "Big_Nose",
    "Black_Hair", "Blond_Hair", "Blurry", "Brown_Hair", "Bushy_Eyebrows", "Chubby", "Double_Chin", "Eyeglasses",
    "Goatee", "Gray_Hair", "Heavy_Makeup", "High_Cheekbones", "Male", "Mouth_Slightly_Open", "Mustache", "Narrow_Eyes",
    "No_Beard", "Oval_Face", "Pale_Skin", "Pointy_Nose", "Receding_Hairline", "Rosy_Cheeks", "Sideburns", "Smiling",
    "Straight_Hair", "Wavy_Hair", "Wearing_Earrings", "Wearing_Hat", "Wearing_Lipstick", "Wearing_Necklace",
    "Wearing_Necktie", "Young",
  ]
}
